/**
 * Where logins may be asked for tokens, and be sent what they take for one. The runner has one policy, `publicLogins`;
 * tests have servers on this machine.
 */
export type LoginPolicy = {
  /** Whether a URL that stands in a credential file of Google's is a service of tokens of Google's. */
  readonly isGoogle: (url: URL) => boolean;
  /** Whether a URL that is trusted otherwise is safe on its way. */
  readonly isSecure: (url: URL) => boolean;
};

/** Google's services of tokens, for the world and for one region. Other hosts of its keep what strangers send. */
const tokenServices = /^(?:oauth2|(?:sts|iamcredentials)(?:\.[a-z0-9-]+\.rep)?)\.googleapis\.com$/;
/** Where older credential files ask. The rest of that host takes uploads. */
const olderTokenPaths = /^\/oauth2\/[\w/]+$/;

export const publicLogins: LoginPolicy = {
  isGoogle: ({ protocol, host, pathname }) =>
    protocol === "https:" &&
    (tokenServices.test(host) || (host === "www.googleapis.com" && olderTokenPaths.test(pathname))),
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
