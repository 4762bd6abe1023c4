import { createReadStream, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { warning } from "@actions/core";
import { keysByLine } from "../edges/detectors/keys-by-line.ts";
import { saidIn } from "../report/said-in.ts";

type Kind = "full" | "summary";

const journal = "events.jsonl";

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
    const reason = await reasonAgainst(files);
    if (reason === undefined) return { kind, files };
    warning(`The artifact holds the job's totals only, without prompts and tool results: ${reason}`);
  }
  return { kind: "summary", files: filesOf(directory, "summary") };
};

/** Why the whole record is not for others' eyes. What cannot be looked through is not published either. */
const reasonAgainst = async (files: readonly string[]): Promise<string | undefined> => {
  try {
    const found = await detectedIn(files);
    if (found.length === 0) return undefined;
    return (
      `in them is what looks like a secret (${found.join(", ")}). ` +
      "Keep it from what the Expert reads; a secret of the step's own is taken out where `secret-env` names its variable."
    );
  } catch (error) {
    return `they could not be searched for secrets (${error instanceof Error ? error.message : String(error)}).`;
  }
};

/** What the job changed, as it is kept whatever becomes of it. */
export const writePatch = (directory: string, patch: string): void => {
  mkdirSync(join(directory, outputs), { recursive: true });
  writeFileSync(join(directory, outputs, "changes.patch"), patch, { mode: 0o600 });
};

const outputs = "outputs";

const filesOf = (directory: string, kind: Kind): readonly string[] => {
  const always = ["job.json", "answer.md", join(outputs, "changes.patch")];
  const names = kind === "full" ? [journal, ...always] : always;
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

/** @returns kinds of secrets with the kind of file they are in, each once */
const detectedIn = async (files: readonly string[]): Promise<readonly string[]> => {
  const { kindsIn } = await import("../edges/detectors/detect-secrets.ts");
  const found = new Set<string>();
  for (const file of files) {
    const where = /^[0-9a-f]{64}$/.test(basename(file)) ? "a tool's result" : basename(file);
    for await (const text of piecesOf(file)) {
      for (const kind of await kindsIn(text)) found.add(`${kind} in ${where}`);
    }
    if (where !== journal) continue;
    for await (const kind of kindsOverEvents(file)) found.add(`${kind} in ${where}`);
  }
  return [...found].sort();
};

/** What only several texts together are: lines of a key, each an event of its own, or the parts of an answer. */
async function* kindsOverEvents(file: string): AsyncGenerator<string> {
  const { kindsIn } = await import("../edges/detectors/detect-secrets.ts");
  const { StoredEntry } = await import("../edges/store/stored-shapes.ts");
  const keys = keysByLine();
  for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
    const hasParts = /"type":"text".*"type":"text"/.test(line);
    // Most events are nothing of the kind, and are not taken apart.
    if (!hasParts && !keys.isOpen() && !line.includes("-----BEGIN")) continue;
    const entry = StoredEntry.safeParse(parsed(line));
    const said = entry.success ? saidIn(entry.data.event) : undefined;
    if (said === undefined) continue;
    if (keys.goesOn(said)) yield "privatekey";
    if (hasParts) yield* await kindsIn(said.text);
  }
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    // The last line of a process that was killed.
    return undefined;
  }
};

/** Bytes that are looked through at one time, and characters that two pieces share: a private key is shorter. */
const [pieceBytes, shared] = [2 ** 20, 8_192];

/** A file's text in pieces, so that a large one is never in memory at once, nor a line that has no end. */
async function* piecesOf(file: string): AsyncGenerator<string> {
  let before = "";
  for await (const chunk of createReadStream(file, { encoding: "utf8", highWaterMark: pieceBytes })) {
    const text = before + String(chunk);
    yield text;
    before = text.slice(-shared);
  }
}

/** The answer as a file beside the journal, for steps that come after this one. */
export const writeAnswer = (directory: string, answer: string): string => {
  const file = join(directory, "answer.md");
  writeFileSync(file, answer, { mode: 0o600 });
  return file;
};
