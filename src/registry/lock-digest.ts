import { sha256 } from "./index-path.ts";

/** Of a lock's content, without a line break at its end. */
export const digestOf = (content: string): string => `sha256:${sha256(content.trimEnd())}`;

/** Whether all that follows the digest is there as it was written. Perstack's own locks have none. */
export const isWhole = (text: string): boolean => {
  const found = digestLine(text);
  return found === undefined || found.digest === digestOf(found.content);
};

/** Whether it begins with a digest, as it is written. */
export const hasDigest = (text: string): boolean => digestLine(text) !== undefined;

const digestLine = (text: string): { readonly digest: string; readonly content: string } | undefined => {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const [head, digest] = /^(?:[ \t]*(?:#.*)?\n)*digest = "(sha256:[0-9a-f]{64})"\n/.exec(lines) ?? [];
  if (head === undefined || digest === undefined) return undefined;
  return { digest, content: lines.slice(head.length) };
};
