import { sha256 } from "./index-path.ts";

/** Of a lock's content, without a line break at its end. */
export const digestOf = (content: string): string => `sha256:${sha256(content.trimEnd())}`;

/** Whether all that follows the digest is there as it was written. Perstack's own locks have none. */
export const isWhole = (text: string): boolean => {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const digest = /^(?:[ \t]*(?:#.*)?\n)*digest = "(sha256:[0-9a-f]{64})"\n/.exec(lines);
  return digest === null || digest[1] === digestOf(lines.slice(digest[0].length));
};
