import type { Environment } from "./credentials.ts";
import type { CredentialRules, LoginPolicy } from "./login-policy.ts";

/** Where requests go and what goes with each. `name` is what the person calls this instance. */
export type Endpoint = {
  readonly baseUrl: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly name?: string;
};

/** A service account inline, or a file of Google's in any of its forms. */
export type GoogleCredential =
  | { readonly type: "apiKey"; readonly apiKey: string }
  | { readonly type: "file"; readonly file: string; readonly rules: CredentialRules }
  | { readonly type: "serviceAccount"; readonly email: string; readonly privateKey: string };

export type AzureCredential =
  | { readonly type: "apiKey"; readonly apiKey: string }
  | {
      readonly type: "workloadIdentity";
      readonly clientId: string;
      readonly tenantId: string;
      readonly tokenFile: string;
      readonly authority: string;
    }
  | { readonly type: "cli"; readonly program: string; readonly environment: Environment };

export type BedrockCredential =
  | { readonly type: "bearer"; readonly apiKey: string }
  | {
      readonly type: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };

/** What is needed to reach a provider. Everything named key, token or credential is a secret. */
export type ProviderSettings = Endpoint &
  (
    | { readonly provider: "anthropic"; readonly apiKey: string | undefined; readonly authToken?: string }
    | {
        readonly provider: "openai";
        readonly apiKey: string;
        readonly organization?: string;
        readonly project?: string;
      }
    | { readonly provider: "google" | "deepseek"; readonly apiKey: string }
    | {
        readonly provider: "openai-compatible" | "ollama";
        readonly apiKey: string | undefined;
        readonly baseUrl: string;
      }
    | {
        readonly provider: "azure-openai";
        readonly credential: AzureCredential;
        readonly resourceName?: string;
        readonly apiVersion?: string;
        readonly useDeploymentBasedUrls: boolean;
      }
    | {
        readonly provider: "amazon-bedrock";
        readonly credential: BedrockCredential;
        readonly region: string;
      }
    | {
        readonly provider: "google-vertex";
        readonly credential: GoogleCredential;
        readonly project: string;
        readonly location: string;
      }
  );

/** What a provider's settings depend on beside manifest and environment. */
export type Surroundings = {
  /** Finds a program by its name where nothing in the workspace can have put it; without it there is none. */
  readonly findProgram?: (name: string) => string | undefined;
  /** Whose files are data. */
  readonly workspace?: string;
  /** `publicLogins` when missing, which tests replace. */
  readonly logins?: LoginPolicy;
};

/** The file that a credential is read from, when it is one. */
export const credentialFileOf = (settings: ProviderSettings): string | undefined => {
  if (settings.provider !== "azure-openai" && settings.provider !== "google-vertex") return undefined;
  const { credential } = settings;
  if (credential.type === "file") return credential.file;
  return credential.type === "workloadIdentity" ? credential.tokenFile : undefined;
};
