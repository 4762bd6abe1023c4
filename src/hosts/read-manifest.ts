import type { Finding } from "../definition/finding.ts";
import { type Manifest, manifestOrThrow, parseManifest } from "../definition/manifest.ts";
import { ExpertStackError } from "../errors.ts";
import type { Definitions } from "../run/github-ports.ts";
import { isElsewhere } from "../run/registry/registry-requests.ts";

/** What is said of a manifest that is not there: `where` it was looked for, and how to name another. */
type Missing = { readonly where: string; readonly remedy: string };

/**
 * Reads and checks the manifest.
 *
 * @param wanted.expert the Expert it is read for: one of a registry needs no manifest, and is not missing because of it
 * @throws ExpertStackError MANIFEST_NOT_FOUND or MANIFEST_INVALID with every finding
 */
export const readManifest = async (
  definitions: Definitions,
  file: string,
  wanted: { readonly expert: string; readonly missing: Missing },
): Promise<{
  readonly manifest: Manifest;
  readonly warnings: readonly Finding[];
  readonly source: string;
}> => {
  const text = await definitions.read(file);
  if (text === undefined) {
    if (!isElsewhere(wanted.expert)) throw manifestNotFound(file, wanted.missing);
    return { manifest: { experts: new Map() }, warnings: [], source: "no manifest" };
  }
  const parsed = parseManifest({ text, file });
  return {
    manifest: manifestOrThrow(parsed),
    warnings: parsed.findings,
    source: `${definitions.origin}:${file}`,
  };
};

export const manifestNotFound = (file: string, { where, remedy }: Missing): ExpertStackError =>
  new ExpertStackError({
    code: "MANIFEST_NOT_FOUND",
    message: `There is no ${file} in ${where}.`,
    remedy,
  });
