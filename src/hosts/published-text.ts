import { warning } from "@actions/core";

/**
 * A text as it may be published: without what looks like anybody's secret, known to the job or not. What was found is
 * told in the log, by the kind of it. The rules are loaded by the first text.
 */
export const publishable = async (text: string): Promise<string> => {
  if (text === "") return text;
  const { withoutDetected } = await import("../edges/detectors/detect-secrets.ts");
  const { text: kept, rules } = await withoutDetected(text);
  if (rules.length > 0) {
    warning(`What looks like a secret was left out of what is published: ${rules.join(", ")}.`);
  }
  return kept;
};
