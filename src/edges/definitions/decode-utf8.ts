import { ExpertStackError } from "../../errors.ts";

/**
 * The text of a definition's bytes, which may begin with a byte order mark.
 *
 * @throws ExpertStackError MANIFEST_INVALID when they are not UTF-8: a character that was replaced would change what
 *   an Expert is told
 */
export const decodeUtf8 = (bytes: Uint8Array, path: string): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ExpertStackError({
      code: "MANIFEST_INVALID",
      message: `${path} is not UTF-8 text.`,
      remedy: "Save it as UTF-8.",
      cause,
    });
  }
};
