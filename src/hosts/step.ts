import type { TextPolicy } from "../outputs/sanitize.ts";
import type { ActionContext } from "./action-context.ts";
import type { ActionInputs } from "./action-inputs.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import type { Environment } from "./secrets.ts";

/** One run of the action: what it was asked, where it runs, what must not leave it. */
export type Step = {
  readonly inputs: ActionInputs;
  readonly context: ActionContext;
  readonly environment: Environment;
  /** Takes variables out of the process's own environment; `environment` keeps them. */
  readonly hide: (variables: readonly string[]) => void;
  readonly secrets: KnownSecrets;
};

/** What an Expert's text may do in the thread and in the summary: be read. */
export const textPolicy = (serverUrl: string): TextPolicy => ({
  serverHost: new URL(serverUrl).host,
  allowLinks: [],
  allowMentions: [],
  closingKeywords: "neutralise",
});
