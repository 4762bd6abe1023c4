import { visibleText } from "../definition/hidden-text.ts";
import { placeholders } from "./held-pieces.ts";
import { sanitizeBlocks } from "./sanitize-blocks.ts";
import type { LinePolicy } from "./sanitize-line.ts";

const sanitized = Symbol("sanitized");
const redacted = Symbol("redacted");

/** Markdown that does nothing on GitHub but be read, and may hold a secret still. */
export type InertText = { readonly text: string; readonly [sanitized]: true };

/**
 * Markdown that may be published: inert, and without the job's secrets. Only this module makes one, so no path to GitHub
 * can forget the one or the other.
 */
export type SanitizedText = InertText & { readonly [redacted]: true };

/** What an Expert's text may do on GitHub beyond being read. */
export type TextPolicy = {
  /** Host of the repository's server, `github.com` or an Enterprise Server's. */
  readonly serverHost: string;
  /** Further hosts links and images may lead to; `*.example.com` covers every subdomain. */
  readonly allowLinks: readonly string[];
  /** Logins or `org/team` names that may be notified, without `@`. */
  readonly allowMentions: readonly string[];
  /** Whether `fixes #1` may close an issue. */
  readonly closingKeywords: "neutralise" | "keep";
};

const linePolicy = (policy: TextPolicy): LinePolicy => ({
  hosts: [policy.serverHost, ...policy.allowLinks],
  mentions: policy.allowMentions,
  closingKeywords: policy.closingKeywords,
});

const inert = (text: string): InertText => ({ text, [sanitized]: true });
const publishable = (text: string): SanitizedText => ({ ...inert(text), [redacted]: true });

/**
 * Makes an Expert's Markdown safe to publish: it notifies nobody, closes nothing, runs no bot command, shows no
 * foreign image, leads to no foreign host, hides nothing and leaves nothing open behind it.
 *
 * Inert names stand in `<code>`; a foreign link keeps its text and shows its address without scheme; tags that are
 * not allowed show as text. Fences and code spans stay as written. A second pass changes nothing.
 */
export const sanitize = (text: string, policy: TextPolicy): InertText => {
  const visible = visibleText(text).text.replace(placeholders, "");
  return inert(settled(visible, linePolicy(policy), mostPasses));
};

/** What one pass leaves is a text of its own; one that goes on changing is nobody's. */
const mostPasses = 4;

/**
 * Passes until nothing changes. What is taken out of the beginning of a line may leave the mark of a list or a fence
 * there, which no block knew of: `www.- ~~~` opened a fence that nothing closed.
 */
const settled = (text: string, policy: LinePolicy, passes: number): string => {
  const next = sanitizeBlocks(text.split("\n"), policy, 0).join("\n");
  return next === text || passes === 1 ? next : settled(next, policy, passes - 1);
};

/** A title: GitHub shows it as it is written, and nobody is notified by it. */
export const sanitizeTitle = (text: string): InertText =>
  inert(visibleText(text).text.replace(placeholders, "").replace(/\s+/g, " ").trim());

/** A text that GitHub shows as it is written, line by line, and by which nobody is notified. */
export const sanitizePlain = (text: string): InertText =>
  inert(visibleText(text).text.replace(placeholders, "").trim());

/**
 * A line that GitHub shows as it is written and reads all the same: a commit's subject, and a pull request's title, which
 * becomes one when it is merged. It names nobody and no issue, leads nowhere and switches no workflow off.
 *
 * @param most characters, of which being made safe can take some
 */
export const sanitizeSubject = (text: string, most: number): InertText => {
  const apart = sanitizeTitle(text)
    .text.replace(/(?<![a-z0-9])[@＠﹫](?=[a-z0-9])/giu, "$& ")
    .replace(/#(?=\d)|\bgh-(?=\d)/giu, "$& ")
    .replaceAll("://", ": //")
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/giu, "($1)");
  return inert(apart.slice(0, most).toWellFormed().trim());
};

/**
 * Sanitised text without the secrets that appear only in it: entities were decoded and hidden characters taken out.
 *
 * @param redact takes pieces out and leaves a mark of no meaning in Markdown
 */
export const withoutSecrets = (text: InertText, redact: (text: string) => string): SanitizedText =>
  publishable(redact(text.text));

/** Puts the runner's own words around a body: `before` and `after` never hold an Expert's text. */
export const framed = <Text extends InertText>(frame: {
  readonly before: string;
  readonly body: Text;
  readonly after: string;
}): Text => ({ ...frame.body, text: `${frame.before}${frame.body.text}${frame.after}` });

/** The runner's own words alone. */
export const runnerText = (text: string): SanitizedText => publishable(text);

/** Texts that each leave nothing open, one below the other. Empty ones leave no gap. */
export const stacked = (texts: readonly SanitizedText[]): SanitizedText =>
  publishable(
    texts
      .map(({ text }) => text.trim())
      .filter((text) => text !== "")
      .join("\n\n"),
  );

/**
 * Code of an Expert's in a fence of the runner's own, which is longer than any run of backticks in it. As `suggestion`
 * GitHub offers to put it in the place of the lines that the comment is about.
 *
 * @returns nothing where something in it is hidden or secret: what a person takes over is what they see
 */
export const fencedCode = (
  code: string,
  { as, redact }: { readonly as: "suggestion" | ""; readonly redact: (text: string) => string },
): SanitizedText | undefined => {
  if (visibleText(code).removed > 0 || redact(code) !== code) return undefined;
  const runs = code.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(runs.reduce((most, run) => Math.max(most, run.length), 2) + 1);
  const lines = code.replace(/\r?\n$/, "");
  // Nothing at all takes the lines away; an empty line stays one.
  return publishable(`${fence}${as}\n${code === "" ? "" : `${lines}\n`}${fence}`);
};
