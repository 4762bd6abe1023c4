import type { Finding } from "../definition/finding.ts";
import { type Manifest, manifestOrThrow, parseManifest } from "../definition/manifest.ts";
import { ExpertStackError } from "../errors.ts";
import type { Definitions } from "../run/github-ports.ts";

/**
 * Reads and checks the manifest.
 *
 * @throws ExpertStackError MANIFEST_NOT_FOUND or MANIFEST_INVALID, the latter with every finding
 */
export const readManifest = async (
  definitions: Definitions,
  file: string,
): Promise<{
  readonly manifest: Manifest;
  readonly warnings: readonly Finding[];
  readonly source: string;
}> => {
  const text = await definitions.read(file);
  if (text === undefined) throw manifestNotFound(file, definitions.origin);
  const parsed = parseManifest({ text, file });
  return {
    manifest: manifestOrThrow(parsed),
    warnings: parsed.findings,
    source: `${definitions.origin}:${file}`,
  };
};

export const manifestNotFound = (file: string, origin = "file"): ExpertStackError =>
  new ExpertStackError({
    code: "MANIFEST_NOT_FOUND",
    message:
      origin === "file" ? `There is no ${file}.` : `There is no ${file} in ${origin.replace(":", " ")}.`,
    remedy: "Create it, or name another with `config`.",
  });
