import { characters, fitText } from "./fit-text.ts";
import type { PublishingRules } from "./publishing-rules.ts";
import { framed, type SanitizedText, sanitize, withoutSecrets } from "./sanitize.ts";

/** GitHub's limit for the text of an issue, a pull request or a check, in characters: a check takes one less. */
const mostCharacters = 65_535;

/** An Expert's Markdown with the runner's line below it. Made safe a text can be longer than it was written: it is cut. */
export const signedBody = (
  written: string,
  { text: policy, redact, origin }: Pick<PublishingRules, "text" | "redact" | "origin">,
): SanitizedText => {
  const after = `\n\n${origin}\n`;
  const body = fitText(sanitize(written, policy), {
    limit: mostCharacters - characters(after),
    measure: characters,
    notice: "_This was too long and was cut here._",
    policy,
  });
  return framed({ before: "", body: withoutSecrets(body, redact), after });
};
