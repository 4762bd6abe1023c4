/**
 * Where logins may be asked for tokens, and be sent what they take for one. The runner has one policy, `publicLogins`;
 * tests have servers on this machine.
 */
export type LoginPolicy = {
  /** Whether a URL that stands in a credential file of Google's is Google's own. */
  readonly isGoogle: (url: URL) => boolean;
  /** Whether a URL that is trusted otherwise is safe on its way. */
  readonly isSecure: (url: URL) => boolean;
};

export const publicLogins: LoginPolicy = {
  isGoogle: ({ protocol, hostname }) =>
    protocol === "https:" && (hostname === "googleapis.com" || hostname.endsWith(".googleapis.com")),
  isSecure: ({ protocol }) => protocol === "https:",
};

/** What a credential file of Google's may name. */
export type CredentialRules = {
  readonly logins: LoginPolicy;
  /** Where GitHub gives the job's own token. */
  readonly idTokenUrl: string | undefined;
  /** Whose files are data. */
  readonly workspace: string | undefined;
};
