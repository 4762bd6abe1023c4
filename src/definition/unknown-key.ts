import type { Finding } from "./finding.ts";
import { findingAt, type ManifestSource, type Remark } from "./manifest-source.ts";
import { nearest } from "./nearest.ts";
import type { KeyPath } from "./toml-positions.ts";
import { tableName } from "./toml-words.ts";

/** A key that means nothing where it stands, and the keys that would. */
export type UnknownKey = {
  readonly path: KeyPath;
  readonly known: readonly string[];
  /** The keys of the file's top, for those that slipped under a header. */
  readonly topLevel: readonly string[];
  /** Whether to look for the key that was meant. */
  readonly suggest: boolean;
};

/** An unknown key is a warning, never an error: files written for other runtimes must still run. */
export const unknownKeyFinding = (source: ManifestSource, unknown: UnknownKey): Finding =>
  findingAt(source, { path: unknown.path, at: "key" }, { severity: "warning", ...explain(unknown) });

const ignored = "unknown key, ignored";
const misplaced = "it has no effect here: ";

/** Whether a finding is of a key that means nothing where it stands. */
export const isUnknownKey = ({ message }: Pick<Finding, "message">): boolean =>
  message === ignored || message.startsWith(misplaced);

const explain = ({ path, known, topLevel, suggest }: UnknownKey): Omit<Remark, "severity"> => {
  const name = String(path.at(-1));
  const expected = known.length === 0 ? "no keys here" : `one of ${known.join(", ")}`;
  if (name === "envPath") return ignoredEnvPath;
  if (path.length > 1 && topLevel.includes(name)) {
    return {
      message: `${misplaced}what follows a [header] belongs to that table, and ${name} is a key of the file's top`,
      expected,
      remedy: "Move the line to the top of the file, above the first [header].",
    };
  }
  if (path.length === 3 && path[0] === "experts" && skillKeys.has(name)) {
    return {
      message: `${misplaced}${name} is a key of a skill`,
      expected,
      remedy: `Move it to the table of the skill that it is for, [experts.${String(path[1])}.skills.<name>].`,
    };
  }
  const [meant] = suggest ? nearest(name, known, 1) : [];
  return {
    message: ignored,
    expected,
    remedy:
      meant === undefined
        ? `Delete it from ${tableName(path)}, or look up its name.`
        : `Did you mean ${meant}? Write that in its place.`,
  };
};

/** Those that people look for in an Expert. */
const skillKeys: ReadonlySet<string> = new Set([
  ...[
    "allowedDomains",
    "requiredEnv",
    "command",
    "args",
    "packageName",
    "pick",
    "omit",
    "endpoint",
    "lazyInit",
  ],
]);

/** `envPath`, wherever it stands: a file in a checkout must not decide which environment is read. */
export const ignoredEnvPath: Omit<Remark, "severity"> = {
  message: "it is ignored: only the command line's --env-path reads environment files",
  expected: "no such key",
  remedy: "Delete it, and pass --env-path .env to the command line where you need it.",
};
