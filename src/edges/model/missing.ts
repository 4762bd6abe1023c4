import { ExpertStackError } from "../../errors.ts";

/** A provider without its key, where one variable is all that it takes. */
export const keyMissing = (provider: string, variable: string): ExpertStackError =>
  credentialMissing(
    `The provider "${provider}" needs a key and ${variable} is not set.`,
    `In a workflow step add \`env: { ${variable}: \${{ secrets.${variable} }} }\`; in a shell, \`export ${variable}=…\`.`,
  );

export const credentialMissing = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PROVIDER_KEY_MISSING", message, remedy });

export const settingMissing = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "INPUT_INVALID", message, remedy });

export const baseUrlMissing = (): ExpertStackError =>
  settingMissing(
    'The provider "openai-compatible" has no base URL.',
    "Set `baseUrl` under `[provider.setting]` in the manifest, or OPENAI_BASE_URL.",
  );
