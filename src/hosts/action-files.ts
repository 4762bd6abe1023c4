import { createReadStream, existsSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { warning } from "@actions/core";

type Kind = "full" | "summary";

/** What goes into a job's artifact. */
export type ArtifactContent = { readonly kind: Kind; readonly files: readonly string[] };

/**
 * The files of a job's folder that go into its artifact. `summary` leaves out the journal and the blobs, in which prompts
 * and tool results are, and so does `full` for a job that has come upon what looks like somebody's secret: the journal is
 * a chain of hashes and cannot be changed, and an artifact of a public repository is public. That is told in the log.
 */
export const artifactContent = async (directory: string, kind: Kind): Promise<ArtifactContent> => {
  if (kind === "full") {
    const files = filesOf(directory, "full");
    const found = await detectedIn(files);
    if (found.length === 0) return { kind, files };
    warning(
      `The artifact holds the job's totals only, without prompts and tool results: in them is what looks like a secret (${found.join(", ")}). ` +
        "Keep it from what the Expert reads; a secret of the step's own is taken out where `secret-env` names its variable.",
    );
  }
  return { kind: "summary", files: filesOf(directory, "summary") };
};

const filesOf = (directory: string, kind: Kind): readonly string[] => {
  const names = kind === "full" ? ["events.jsonl", "job.json", "answer.md"] : ["job.json", "answer.md"];
  const blobs = join(directory, "blobs");
  const kept =
    kind === "full" && existsSync(blobs)
      ? readdirSync(blobs)
          // A blob that a killed process was still writing has another name, and no event names it.
          .filter((name) => /^[0-9a-f]{64}$/.test(name))
          .map((name) => join(blobs, name))
      : [];
  return [...names.map((name) => join(directory, name)).filter((file) => existsSync(file)), ...kept];
};

/** Bytes that are looked through at one time. */
const chunkBytes = 2 ** 20;

/** @returns kinds of secrets with the kind of file they are in, each once */
const detectedIn = async (files: readonly string[]): Promise<readonly string[]> => {
  const { detectSecrets } = await import("../edges/detectors/detect-secrets.ts");
  const found = new Set<string>();
  for (const file of files) {
    const where = /^[0-9a-f]{64}$/.test(basename(file)) ? "a tool's result" : basename(file);
    for await (const text of linesOf(file)) {
      for (const reading of readings(text)) {
        for (const { rule } of await detectSecrets(reading)) found.add(`${rule} in ${where}`);
      }
    }
  }
  return [...found].sort();
};

/** How often one JSON is looked for in another: an event holds a result, which may hold a file, which may hold a string. */
const jsonLevels = 4;

/**
 * A text as it stands, as JSON means it, and as JSON within JSON does: in `\nghp_...` the token is a word of its own only
 * to who reads the line break.
 */
const readings = (text: string): ReadonlySet<string> => {
  const found = new Set([text]);
  let reading = text;
  for (let level = 0; level < jsonLevels; level++) {
    reading = unescaped(reading);
    found.add(reading);
  }
  return found;
};

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u([0-9a-f]{4})|([^u]))/gi, (_, code: string | undefined, letter: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return letters.get(letter) ?? letter;
  });

const letters: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", " "],
  ["f", " "],
]);

/** A file's text in pieces of whole lines, so that a large journal is never in memory at once. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  const stream = createReadStream(file, { encoding: "utf8", highWaterMark: chunkBytes });
  for await (const chunk of stream) {
    const text = rest + String(chunk);
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) yield text.slice(0, end);
    rest = text.slice(end);
  }
  if (rest !== "") yield rest;
}

/** The answer as a file beside the journal, for steps that come after this one. */
export const writeAnswer = (directory: string, answer: string): string => {
  const file = join(directory, "answer.md");
  writeFileSync(file, answer, { mode: 0o600 });
  return file;
};
