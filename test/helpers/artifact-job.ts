import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadJob } from "../../src/edges/store/load-job.ts";
import type { StoredJob } from "../../src/run/ports.ts";
import type { Artifact } from "./fake-results/artifact.ts";
import { readZip } from "./read-zip.ts";

/** An artifact's files as text, by name. */
export const textsOf = (artifact: Artifact | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...readZip(artifact?.bytes ?? Buffer.alloc(0))].map(([name, bytes]) => [name, bytes.toString("utf8")]),
  );

/** The job in an artifact, unpacked and loaded as its reader would. @throws when it is damaged */
export const jobOf = (artifact: Artifact | undefined): StoredJob => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-artifact-"));
  try {
    for (const [name, text] of Object.entries(textsOf(artifact))) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return loadJob(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
