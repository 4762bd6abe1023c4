import type { ChangedFile } from "../outputs/workspace-change.ts";

/**
 * Why files are not published that hold a secret of the step's, or what looks like anybody's: taken out of a program it
 * would be another program. Bytes are read as UTF-8, and as single characters without NUL, which finds it in UTF-16, too.
 */
export const filesWithSecrets = async (
  files: readonly ChangedFile[],
  redact: (text: string) => string,
): Promise<string | undefined> => {
  const { kindsIn } = await import("../edges/detectors/detect-secrets.ts");
  const found: string[] = [];
  for (const [index, { path, content }] of files.entries()) {
    const bytes = Buffer.from(content);
    const texts = new Set([bytes.toString("utf8"), bytes.toString("latin1").replaceAll("\0", ""), path]);
    const kinds = new Set<string>();
    for (const text of texts) {
      if (redact(text) !== text) kinds.add("a secret of this step");
      for (const kind of await kindsIn(text)) kinds.add(kind);
    }
    // Its name may be what holds it.
    if (kinds.size > 0) found.push(`changed file ${index + 1} (${[...kinds].sort().join(", ")})`);
  }
  return found.length === 0
    ? undefined
    : `What looks like a secret is in ${found.slice(0, 20).join("; ")}, counted in the order of their paths.`;
};
