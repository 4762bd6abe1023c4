import * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import { indexFolder } from "./index-path.ts";

/** What a registry's owners know to be harmful, a JSON object a line; there need not be one. */
export const knownBadPath = `${indexFolder}/known-bad.jsonl`;

const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** A version by its name, or a definition by the SHA-256 (hex) of its bytes under whatever name. */
const KnownBad = z.union([
  z.looseObject({ sha256: digest, reason: z.string() }),
  // A digest that is none is not passed over for the name beside it: then nothing would be held against the bytes.
  z.looseObject({
    sha256: z.exactOptional(z.undefined()),
    ...{ name: z.string(), version: z.string(), reason: z.string() },
  }),
]);
export type KnownBad = z.infer<typeof KnownBad>;

/**
 * Reads the list. A line that cannot be read is an error: it may be the one that matters.
 *
 * @param file for messages
 * @throws ExpertStackError INDEX_CORRUPT naming the line
 */
export const parseKnownBad = (text: string, file: string): readonly KnownBad[] =>
  text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const parsed = KnownBad.safeParse(jsonOf(line));
    if (parsed.success) return [parsed.data];
    throw new ExpertStackError({
      code: "INDEX_CORRUPT",
      message: `${file}:${index + 1} cannot be read.`,
      remedy: 'Write {"name", "version", "reason"} or {"sha256", "reason"}, one JSON object a line.',
    });
  });

/** Why the version is on the list, if it is. */
export const knownBadReason = (
  list: readonly KnownBad[],
  of: { readonly name: string; readonly version: string; readonly sha256: string },
): string | undefined =>
  list.find((bad) => {
    if (bad.sha256 !== undefined) return bad.sha256 === of.sha256;
    return bad.name === of.name && bad.version === of.version;
  })?.reason;

const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
