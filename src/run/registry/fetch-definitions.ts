import {
  parseRegistryAddress,
  type RegistryAddress,
  repositoryHost,
} from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { definitionPath, indexPath, sha256 } from "../../registry/index-path.ts";
import type { Lockfile } from "../../registry/lockfile.ts";
import type { Registries } from "../registry-ports.ts";
import type { Choice } from "./choice.ts";
import { holdAgainstIndex } from "./hold-against-index.ts";
import type { OpenRegistries } from "./open-registries.ts";

type From = {
  readonly registries: Registries;
  readonly opened: OpenRegistries;
  readonly lockfile: Lockfile | undefined;
  readonly signal: AbortSignal;
};

/**
 * The bytes of each definition, by their SHA-256: kept here, else in the registry, else where it was published. Bytes
 * from a place that says it has them and has others are an error, and no other place is asked.
 *
 * @throws ExpertStackError DIGEST_MISMATCH, REGISTRY_UNREACHABLE or VERSION_NOT_FOUND
 */
export const fetchDefinitions = async (
  choices: readonly Choice[],
  from: From,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const found = new Map<string, Uint8Array>();
  const take = (choice: Choice, content: Uint8Array, where: string): void => {
    refuseOther(choice, content, where);
    found.set(choice.pin.sha256, content);
  };
  for (const choice of choices) if (choice.content !== undefined) take(choice, choice.content, choice.key);
  const isMissing = ({ pin }: Choice): boolean => !found.has(pin.sha256);
  await Promise.all(
    choices.filter(isMissing).map(async (choice) => {
      const content = await from.registries.kept(choice.pin.sha256);
      if (content !== undefined) found.set(choice.pin.sha256, content);
    }),
  );
  const missing = choices.filter(isMissing);
  const lost = new Map<string, ExpertStackError>();
  const read = await Promise.all(byRegistry(missing).map((group) => ofRegistry(group, { ...from, lost })));
  for (const { choice, content, where } of read.flat()) take(choice, content, where);
  for (const choice of missing.filter(isMissing)) {
    // Where the registry could not be asked, nobody knows whether it has it.
    const unreachable = lost.get(choice.registry?.url ?? "");
    const source = await ofSource(choice, from).catch((error: unknown) => {
      throw isMissingThere(error) ? (unreachable ?? error) : error;
    });
    take(choice, source.content, source.where);
  }
  await keepNew([...missing, ...choices.filter(({ content }) => content !== undefined)], found, from);
  return found;
};

const keepNew = async (
  choices: readonly Choice[],
  found: ReadonlyMap<string, Uint8Array>,
  { registries }: From,
): Promise<void> => {
  const digests = new Set(choices.map(({ pin }) => pin.sha256));
  const kept = [...found].filter(([digest]) => digests.has(digest));
  await Promise.all(kept.map(([digest, content]) => registries.keep(digest, content)));
};

const byRegistry = (choices: readonly Choice[]): readonly (readonly Choice[])[] => {
  const groups = new Map<string, Choice[]>();
  for (const choice of choices) {
    if (choice.registry === undefined) continue;
    groups.set(choice.registry.url, [...(groups.get(choice.registry.url) ?? []), choice]);
  }
  return [...groups.values()];
};

type Read = { readonly choice: Choice; readonly content: Uint8Array; readonly where: string };

/** Where a lock chose, the index is looked at on the way: a version may have been taken back since. */
const ofRegistry = async (
  group: readonly Choice[],
  from: From & { readonly lost: Map<string, ExpertStackError> },
): Promise<readonly Read[]> => {
  const [{ registry: address } = {}] = group;
  if (address === undefined) return [];
  const locked = group.filter(({ by }) => by === "lock");
  const registry = await from.opened.open(address).catch((error: unknown) => {
    // What is locked may still be where it was published.
    if (!isUnreachable(error) || locked.length === 0) throw error;
    from.lost.set(address.url, error);
    from.opened.notAsked(error);
  });
  if (registry === undefined) return [];
  const paths = group.map(({ pin }) => definitionPath(pin.sha256));
  const files = await registry.read([...paths, ...locked.map(({ name }) => indexPath(name))]);
  await holdAgainstIndex(locked, registry, from.lockfile);
  return group.flatMap((choice) => {
    const path = definitionPath(choice.pin.sha256);
    const content = files.get(path);
    return content === undefined ? [] : [{ choice, content, where: `${address.id}/${path}` }];
  });
};

const isMissingThere = (error: unknown): boolean =>
  error instanceof ExpertStackError && error.code === "VERSION_NOT_FOUND";

const isUnreachable = (error: unknown): error is ExpertStackError =>
  error instanceof ExpertStackError && error.code === "REGISTRY_UNREACHABLE";

const ofSource = async (
  choice: Choice,
  { registries, signal }: From,
): Promise<Pick<Read, "content" | "where">> => {
  const { source, commit, tag, path } = choice.pin;
  const address = sourceAddress(choice);
  const found = await registries.source({ address, commit, path, ...(tag === "" ? {} : { tag }) }, signal);
  if (found !== undefined) return { content: found.content, where: `${source}/${path} at ${found.commit}` };
  throw gone(choice, `any more in ${source}, where it was at ${commit}`);
};

/**
 * A line of an index says where a definition came from, and so could send whoever reads it to any host, also to one
 * that only they can reach. What is not on the registry's own host has to be in the registry.
 */
const sourceAddress = (choice: Choice): RegistryAddress => {
  const { registry, key, pin } = choice;
  if (registry?.id === pin.source) return registry;
  const host = repositoryHost(pin.source);
  if (registry !== undefined && host !== repositoryHost(registry.id))
    throw gone(choice, `looked for at ${host}, which is another host than its registry's`);
  return parseRegistryAddress(`https://${pin.source}.git`, key);
};

const gone = ({ key, registry }: Choice, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `${key} is not ${registry === undefined ? "" : "in its registry's index, nor "}${because}.`,
    remedy: "Ask its owners, or use another version.",
  });

const refuseOther = ({ key, pin }: Choice, content: Uint8Array, where: string): void => {
  const got = sha256(content);
  if (got === pin.sha256) return;
  throw new ExpertStackError({
    code: "DIGEST_MISMATCH",
    message: `${key} is sha256:${pin.sha256}, and ${where} has sha256:${got} in its place.`,
    remedy: "Somebody changed it. Do not run it; tell the registry's owners.",
  });
};
