import type { PlannedOutput } from "./planned-output.ts";
import type { OutputPolicy } from "./policy.ts";
import {
  framed,
  type SanitizedText,
  sanitize,
  sanitizeTitle,
  type TextPolicy,
  withoutSecrets,
} from "./sanitize.ts";

/** An output as it goes to GitHub: texts are sanitised, names are such that the policy allows. */
export type PublishableOutput =
  | Exclude<PlannedOutput, { kind: "issue" }>
  | {
      readonly kind: "issue";
      readonly title: SanitizedText;
      readonly body: SanitizedText;
      readonly labels: readonly string[];
    };

/** Characters of a title that GitHub takes. */
const longestTitle = 256;

/**
 * @param words `redact` takes every secret out of a text, and `origin` is what the runner says of where it comes from, in
 *   Markdown
 */
export const publishableOutput = (
  output: PlannedOutput,
  {
    policy,
    text,
    redact,
    origin,
  }: {
    readonly policy: OutputPolicy;
    readonly text: TextPolicy;
    readonly redact: (text: string) => string;
    readonly origin: string;
  },
): PublishableOutput => {
  if (output.kind !== "issue") return output;
  const { titlePrefix = "", labels = [] } = policy.issue ?? {};
  const title = withoutSecrets(
    sanitizeTitle(output.title.slice(0, longestTitle - titlePrefix.length)),
    redact,
  );
  const body = withoutSecrets(sanitize(output.body, text), redact);
  return {
    kind: "issue",
    title: framed({ before: titlePrefix, body: title, after: "" }),
    body: framed({ before: "", body, after: `\n\n${origin}\n` }),
    labels,
  };
};
