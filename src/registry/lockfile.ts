import { createHash } from "node:crypto";
import { parse, stringify, TomlError } from "smol-toml";
import * as z from "zod/mini";
import { canonicalJson } from "../definition/canonical-json.ts";
import { Expert } from "../definition/expert.ts";
import type { Skill } from "../definition/skill.ts";
import { ExpertStackError } from "../errors.ts";

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
  readonly key: string;
  readonly expert: Expert;
  /** Sorted by skill; within one, as the server lists them. */
  readonly toolDefinitions: readonly ToolDefinition[];
};

/** `perstack.lock`: a superset of Perstack's. `generatedAt` is always 0, so that the same content is the same file. */
export type Lockfile = { readonly configPath: string; readonly experts: readonly LockedExpert[] };

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
  configPath: z.string(),
  experts: z._default(
    z.record(z.string(), z.looseObject({ toolDefinitions: z._default(z.array(Tool), []) })),
    {},
  ),
});

/**
 * Reads a lock. What does not fit is an error, never ignored: a lock that is not understood locks nothing.
 *
 * @param input `file` is the name that messages carry
 * @throws ExpertStackError LOCK_INVALID
 */
export const parseLockfile = (input: { readonly text: string; readonly file: string }): Lockfile => {
  if (!isWhole(input.text)) throw invalid(input.file, "it was cut off or changed since it was made");
  const stored = StoredLockfile.safeParse(tomlOf(input));
  if (!stored.success) {
    const [issue] = stored.error.issues;
    throw invalid(input.file, `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not a lock"}`);
  }
  const { configPath, experts } = stored.data;
  return {
    configPath,
    experts: Object.entries(experts).map(([key, locked]) => lockedExpert(input.file, key, locked)),
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
  const { toolDefinitions, key: _key, name: _name, ...definition } = stored;
  const expert = Expert.safeParse(definition);
  if (!expert.success) {
    const [issue] = expert.error.issues;
    throw invalid(file, `experts.${key}.${issue?.path.join(".")}: ${issue?.message}`);
  }
  return { key, expert: expert.data, toolDefinitions: toolDefinitions.map((tool) => toolOf(file, tool)) };
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

/** The lock as a file: sorted and without a time, so that a change of it says what has changed. */
export const renderLockfile = ({ configPath, experts }: Lockfile): string => {
  const sorted = experts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const content = stringify({
    version: "1",
    generatedAt: 0,
    configPath,
    experts: Object.fromEntries(sorted.map((locked) => [locked.key, storedExpert(locked)])),
  });
  const head = "# Made by `expert-stack lock`. Commit it; do not edit it.";
  return `${head}\ndigest = "${digestOf(content)}"\n${content}`;
};

const digestOf = (content: string): string =>
  `sha256:${createHash("sha256").update(content.trimEnd()).digest("hex")}`;

/** Whether all that follows the digest is there as it was written. Perstack's own locks have none. */
const isWhole = (text: string): boolean => {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const digest = /^(?:#.*\n)*digest = "(sha256:[0-9a-f]{64})"\n/.exec(lines);
  return digest === null || digest[1] === digestOf(lines.slice(digest[0].length));
};

const storedExpert = ({ key, expert, toolDefinitions }: LockedExpert) => ({
  key,
  name: key,
  ...expert,
  toolDefinitions: toolDefinitions.map(storedTool),
});

const storedTool = ({ inputSchema, ...tool }: ToolDefinition) => {
  if (survivesToml(inputSchema)) return { ...tool, inputSchema };
  return { ...tool, inputSchema: { type: "object" }, inputSchemaJson: canonicalJson(inputSchema) };
};

/** TOML has no null, and numbers of its own. */
const survivesToml = (schema: JsonSchema): boolean => {
  try {
    return canonicalJson(parse(stringify(schema))) === canonicalJson(schema);
  } catch {
    return false;
  }
};

/**
 * What a lock says of an Expert's skills: the tools of each that is still defined as it was, and the names of those that
 * are not.
 */
export const lockedSkills = (
  lockfile: Lockfile,
  key: string,
  expert: Expert,
): { readonly tools: ReadonlyMap<string, readonly ToolDefinition[]>; readonly stale: readonly string[] } => {
  const locked = lockfile.experts.find((candidate) => candidate.key === key);
  const names = Object.keys(expert.skills).filter((name) => isServer(expert.skills[name]));
  const current = names.filter((name) => isSame(locked?.expert.skills[name], expert.skills[name]));
  return {
    tools: new Map(
      current.map((name) => [
        name,
        (locked?.toolDefinitions ?? []).filter(({ skillName }) => skillName === name),
      ]),
    ),
    stale: names.filter((name) => !current.includes(name)),
  };
};

/** Whether a skill's tools are known only when it runs. */
const isServer = (skill: Skill | undefined): boolean =>
  skill !== undefined && skill.type !== "interactiveSkill";

const isSame = (a: Skill | undefined, b: Skill | undefined): boolean =>
  a !== undefined && canonicalJson(a) === canonicalJson(b);
