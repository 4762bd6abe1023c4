import { parse, TomlError } from "smol-toml";
import * as z from "zod/mini";
import { Expert } from "../definition/expert.ts";
import { ExpertStackError } from "../errors.ts";
import { issueText } from "./issue-text.ts";
import { hasDigest, isWhole } from "./lock-digest.ts";
import { PackagePin } from "./package-pin.ts";
import { IndexHead, Pin } from "./pin.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as its server listed it when the lock was made, whatever the Expert picks of them. */
export type ToolDefinition = {
  readonly skillName: string;
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly readOnly: boolean;
};

/** An Expert as it was when the lock was made, with what its skills offer. */
export type LockedExpert = {
  /** Of one from elsewhere with its version: `@acme/x@1.2.3`. */
  readonly key: string;
  readonly expert: Expert;
  /** Of one that is not the manifest's own. */
  readonly pin?: Pin;
  /** Sorted by skill; within one, as the server lists them. */
  readonly toolDefinitions: readonly ToolDefinition[];
};

/** `perstack.lock`: a superset of Perstack's. `generatedAt` is always 0, so that the same content is the same file. */
export type Lockfile = {
  readonly configPath: string;
  /** What is locked besides what the manifest's Experts delegate to: `@acme/x@1`. */
  readonly references: readonly string[];
  readonly experts: readonly LockedExpert[];
  /** The index branch's commit, by registry. */
  readonly registries: ReadonlyMap<string, { readonly indexCommit: string }>;
  /** How far the index was, by the Expert's name. */
  readonly indexes: ReadonlyMap<string, IndexHead>;
  /** By `packageKey`. */
  readonly packages: ReadonlyMap<string, PackagePin>;
};

const Tool = z.looseObject({
  skillName: z.string(),
  name: z.string(),
  description: z._default(z.string(), ""),
  inputSchema: z.record(z.string(), z.unknown()),
  /** In place of `inputSchema` where TOML cannot hold it: it has no null. */
  inputSchemaJson: z.exactOptional(z.string()),
  readOnly: z._default(z.boolean(), false),
});

const StoredLockfile = z.looseObject({
  version: z.literal("1"),
  /** Checked before anything is read. */
  digest: z.exactOptional(z.unknown()),
  configPath: z.string(),
  references: z._default(z.array(z.string()), []),
  experts: z._default(
    z.record(z.string(), z.looseObject({ toolDefinitions: z._default(z.array(Tool), []) })),
    {},
  ),
  registries: z._default(z.record(z.string(), z.looseObject({ indexCommit: z.string() })), {}),
  indexes: z._default(z.record(z.string(), IndexHead), {}),
  packages: z._default(z.record(z.string(), PackagePin), {}),
});

/**
 * Reads a lock. What does not fit is an error, never ignored: a lock that is not understood locks nothing.
 *
 * @param input `file` is the name that messages carry
 * @throws ExpertStackError LOCK_INVALID
 */
export const parseLockfile = (input: { readonly text: string; readonly file: string }): Lockfile => {
  if (!isWhole(input.text)) throw invalid(input.file, "it was cut off or changed since it was made.");
  const stored = StoredLockfile.safeParse(tomlOf(input));
  if (!stored.success) throw invalid(input.file, `${issueText(stored.error.issues, { whole: "the file" })}.`);
  if (stored.data.digest !== undefined && !hasDigest(input.text))
    throw invalid(
      input.file,
      "digest: it stands elsewhere, or is another one, than `expert-stack lock` writes.",
    );
  const { configPath, references, experts, registries, indexes, packages } = stored.data;
  return {
    configPath,
    references,
    experts: Object.entries(experts).map(([key, locked]) => lockedExpert(input.file, key, locked)),
    registries: new Map(Object.entries(registries)),
    indexes: new Map(Object.entries(indexes)),
    packages: new Map(Object.entries(packages)),
  };
};

const tomlOf = ({ text, file }: { readonly text: string; readonly file: string }): unknown => {
  try {
    // As deep as a tool's schema may be; deeper than any reader's stack is nobody's lock.
    return parse(text, { maxDepth: 256 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw invalid(`${file}:${error.line}`, error.message.split("\n", 1)[0] ?? "it is not TOML");
  }
};

type StoredExpert = z.infer<typeof StoredLockfile>["experts"][string];

const lockedExpert = (file: string, key: string, stored: StoredExpert): LockedExpert => {
  const { toolDefinitions, key: _key, name: _name, ...rest } = stored;
  const { definition, pinned } = apart(rest);
  const expert = Expert.safeParse(definition);
  const words = { under: ["experts", key], whole: key };
  if (!expert.success) throw invalid(file, `${issueText(expert.error.issues, words)}.`);
  // A pin of which something is missing pins nothing, and is no Expert of the manifest's either.
  const pin = Object.keys(pinned).length > 0 ? Pin.safeParse(pinned) : undefined;
  if (pin?.success === false) throw invalid(file, `${issueText(pin.error.issues, words)}.`);
  return {
    key,
    expert: expert.data,
    ...(pin === undefined ? {} : { pin: pin.data }),
    toolDefinitions: toolDefinitions.map((tool) => toolOf(file, tool)),
  };
};

/** What says which bytes it is, and what says what it is. */
const apart = (stored: Readonly<Record<string, unknown>>) => {
  const isPinned = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(Pin.shape, name);
  const entries = Object.entries(stored);
  return {
    pinned: Object.fromEntries(entries.filter(isPinned)),
    definition: Object.fromEntries(entries.filter((entry) => !isPinned(entry))),
  };
};

const toolOf = (file: string, stored: z.infer<typeof Tool>): ToolDefinition => {
  const { skillName, name, description, inputSchema, inputSchemaJson, readOnly } = stored;
  return {
    skillName,
    name,
    description,
    inputSchema: inputSchemaJson === undefined ? inputSchema : schemaIn(file, name, inputSchemaJson),
    readOnly,
  };
};

const schemaIn = (file: string, tool: string, text: string): JsonSchema => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && isShallow(value, 256)) return value;
  } catch {
    // Said below, with everything else that is no schema.
  }
  throw invalid(file, `inputSchemaJson of the tool ${tool} is no JSON object`);
};

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1)));

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (where: string, what: string): ExpertStackError =>
  new ExpertStackError({
    code: "LOCK_INVALID",
    message: `${where} is not a lock that can be used: ${what}`,
    remedy: "Make it anew with `expert-stack lock`, or take it from the repository's history.",
  });
