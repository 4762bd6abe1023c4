import type { Expert } from "../../definition/expert.ts";
import type { VersionRequest } from "../../definition/expert-name.ts";
import { ExpertStackError } from "../../errors.ts";
import type { IndexState, PublishedVersion } from "../../registry/index-file.ts";
import { listedVersion } from "../../registry/names-list.ts";
import { readKeptDefinition } from "../../registry/published-definition.ts";
import type { RegistryBook } from "../../registry/registry-book.ts";
import { selectVersion } from "../../registry/select-version.ts";
import type { Registries } from "../registry-ports.ts";
import { type Asked, askedFor, type Choice } from "./choice.ts";
import { fetchDefinitions } from "./fetch-definitions.ts";
import { chooseFile } from "./file-choice.ts";
import { choiceOf, readStates, unknownName } from "./index-choice.ts";
import { type OpenRegistry, openRegistries } from "./open-registries.ts";

/** An Expert of elsewhere, to be looked at. */
export type LookedUp = {
  readonly choice: Choice;
  readonly expert: Expert;
  /** Bytes. */
  readonly size: number;
  /** Of one that is in a registry's index. */
  readonly indexed?: { readonly state: IndexState; readonly published: PublishedVersion };
};

/**
 * The definitions that references mean, also versions that were taken back: whoever looks does not run them.
 *
 * @throws ExpertStackError with the code of what is wrong
 */
export const lookUp = async (
  references: readonly string[],
  { book, registries }: { readonly book: RegistryBook; readonly registries: Registries },
  signal: AbortSignal,
): Promise<readonly LookedUp[]> => {
  const opened = openRegistries(registries, signal);
  const found = await Promise.all(
    references.map(async (reference) => {
      const asked = askedFor(reference);
      const place = asked.type === "file" ? asked : book.placeOf(asked.key);
      if (place.type === "file")
        return { choice: await chooseFile(asked, place.file, { registries, signal }) };
      return await inIndex(asked, await opened.open(place.address));
    }),
  );
  const choices = found.map(({ choice }) => choice);
  const contents = await fetchDefinitions(choices, { registries, opened, lockfile: undefined, signal });
  return found.map((one) => {
    const { key, name, version, pin } = one.choice;
    const content = contents.get(pin.sha256) ?? new Uint8Array();
    const { expert } = readKeptDefinition(content, { file: key, name, version });
    return { ...one, expert, size: content.length };
  });
};

const inIndex = async (
  asked: Asked,
  registry: OpenRegistry,
): Promise<Pick<LookedUp, "choice" | "indexed">> => {
  if (asked.type === "file") throw new Error(`${asked.text} is in no index.`);
  const { name, request } = asked.key;
  const state = (await readStates([name], registry, undefined)).get(name);
  if (state === undefined) throw await unknownName(asked, registry);
  const published = versionToShow(state, request);
  return { choice: choiceOf(registry.address, published), indexed: { state, published } };
};

/** As for a run, but a version that is disabled is there to be looked at where nothing else fits. */
const versionToShow = (state: IndexState, request: VersionRequest | undefined): PublishedVersion => {
  const listed = request === undefined ? listedVersion(state) : undefined;
  if (listed !== undefined) return listed;
  try {
    return selectVersion(state, request);
  } catch (error) {
    if (!(error instanceof ExpertStackError) || error.code !== "VERSION_DISABLED") throw error;
    const all = [...state.versions].map(
      ([version, { line }]) => [version, { line, status: "available" }] as const,
    );
    const { line } = selectVersion({ ...state, versions: new Map(all) }, request);
    return state.versions.get(line.version) ?? { line, status: "disabled" };
  }
};
