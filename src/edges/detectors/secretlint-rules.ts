import type { SecretLintRuleContext, SecretLintSourceCode } from "@secretlint/types";
import type { DetectedSecret } from "./detected-secret.ts";

/**
 * What the rules of secretlint's recommended set find.
 *
 * The rules run without secretlint's core, which compares every finding with every other (a megabyte of tokens took
 * it six seconds) and leaves marks in the process's performance timeline. They are loaded at the first call: their
 * quarter of a megabyte must not delay a job's first request.
 */
export const secretlintFindings = async (text: string): Promise<readonly DetectedSecret[]> => {
  const { rules } = await import("@secretlint/secretlint-rule-preset-recommend");
  const source = published(text);
  const found: DetectedSecret[] = [];
  for (const rule of rules) {
    if (rule.meta.id === filter) continue;
    const name = rule.meta.id.replace(/^.*secretlint-rule-/, "");
    const add = (range: Range, values: readonly unknown[]): void => {
      found.push({ ...placeOf(text, range, values), rule: name });
    };
    await rule.create(contextFor(add), {}).file?.(source);
  }
  return found;
};

/** Lets a comment such as `secretlint-disable` switch rules off: whoever the text is from could write one. */
const filter = "@secretlint/secretlint-rule-filter-comments";

type Range = readonly [start: number, end: number];

/** @param add takes each finding with the values of its message, the secret among them */
const contextFor = (add: (range: Range, values: readonly unknown[]) => void): SecretLintRuleContext => ({
  sharedOptions: {},
  createTranslator: () => (messageId, props) => ({ message: "", messageId: String(messageId), data: props }),
  report: ({ range, message }) => add(range, Object.values(message.data ?? {})),
  ignore: () => undefined,
});

/**
 * Where the secret really is: a rule that looks for `name = secret` and means the secret alone gives its length, but
 * the place of the name (the one for AWS does). Its message has the secret itself.
 */
const placeOf = (
  text: string,
  [start, end]: Range,
  values: readonly unknown[],
): { readonly start: number; readonly end: number } => {
  const secret = values.find((value) => typeof value === "string" && value.length === end - start);
  const at = typeof secret === "string" ? text.indexOf(secret, start) : -1;
  return at === -1 ? { start, end } : { start: at, end: at + (end - start) };
};

/** A text as the rules take a file. By its name it is no key store, which a rule would read from the disk. */
const published = (content: string): SecretLintSourceCode => ({
  content,
  contentType: "text",
  hasBOM: false,
  ext: ".md",
  filePath: "published.md",
  physicalFilePath: undefined,
  getFilePath: () => "published.md",
  getPhysicalFilePath: () => undefined,
  locationToRange: withoutLines,
  rangeToLocation: withoutLines,
  positionToIndex: withoutLines,
  indexToPosition: withoutLines,
});

function withoutLines(): never {
  throw new Error("A rule asks for lines, which only the filter did.");
}
