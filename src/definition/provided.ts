import type { Expert } from "./expert.ts";
import type { Immutable } from "./immutable.ts";
import type { ProviderName } from "./provider.ts";

/** The tools that providers run themselves. A table of manifests' words to these is below. */
export type ProvidedTool =
  | "webSearch"
  | "webFetch"
  | "codeExecution"
  | "fileSearch"
  | "imageGeneration"
  | "webSearchPreview"
  | "enterpriseWebSearch"
  | "googleMaps";

/** Perstack calls a thing by its provider's name for it; both names mean the same here. */
const otherNames: Readonly<Record<string, ProvidedTool>> = {
  googleSearch: "webSearch",
  urlContext: "webFetch",
  codeInterpreter: "codeExecution",
};

const ownTools: Readonly<Record<ProviderName, readonly ProvidedTool[]>> = {
  anthropic: ["webSearch", "webFetch", "codeExecution"],
  openai: ["webSearch", "fileSearch", "codeExecution", "imageGeneration"],
  "azure-openai": ["webSearch", "webSearchPreview", "fileSearch", "codeExecution", "imageGeneration"],
  google: ["webSearch", "webFetch", "codeExecution"],
  "google-vertex": ["webSearch", "webFetch", "codeExecution", "enterpriseWebSearch", "googleMaps"],
  "amazon-bedrock": [],
  deepseek: [],
  ollama: [],
  "openai-compatible": [],
};

/**
 * What of `providerTools` a provider runs as it is asked to, each once, in the order of the table above. A tool whose
 * limit or list of hosts the provider cannot keep to is not among them.
 */
export const providedTools = (provider: ProviderName, asked: Asked): readonly ProvidedTool[] => {
  const unkept = unkeptOptions(provider, asked).map(({ tool }) => tool);
  return namedTools(provider, asked).filter((tool) => !unkept.includes(tool));
};

const namedTools = (provider: ProviderName, { providerTools = [] }: Asked): readonly ProvidedTool[] =>
  ownTools[provider].filter((tool) => providerTools.some((name) => toolOf(name) === tool));

const toolOf = (name: string): string =>
  Object.hasOwn(otherNames, name) ? (otherNames[name] ?? name) : name;

type Asked = Pick<Expert, "providerTools" | "providerSkills" | "providerToolOptions">;

/**
 * What an Expert wants its provider to run and this provider cannot, each as a sentence that says what to do.
 * A limit or a list of hosts that a provider cannot keep to counts, too: it is not dropped in silence.
 */
export const unsupportedProvided = (provider: ProviderName, expert: Asked): readonly string[] => [
  ...(expert.providerTools ?? []).flatMap((name) => unknownTool(provider, name)),
  ...unkeptOptions(provider, expert).map(({ sentence }) => sentence),
  ...(expert.providerSkills ?? []).flatMap((skill) => unsupportedSkill(provider, skill)),
];

const unknownTool = (provider: ProviderName, name: string): readonly string[] => {
  const known = ownTools[provider];
  if (known.some((tool) => tool === toolOf(name))) return [];
  const remedy =
    known.length === 0
      ? "Take it out, or use a provider that runs tools: anthropic, openai, azure-openai, google, google-vertex."
      : `It has ${known.join(", ")}.`;
  return [`The provider "${provider}" runs no tool "${name}". ${remedy}`];
};

const keepsSearchOptions: readonly ProviderName[] = ["anthropic", "openai", "azure-openai"];

type Unkept = { readonly tool: ProvidedTool; readonly sentence: string };

const unkeptOptions = (provider: ProviderName, asked: Asked): readonly Unkept[] => {
  const tools = namedTools(provider, asked);
  const { webSearch, webFetch, fileSearch } = asked.providerToolOptions ?? {};
  const keeps = keepsSearchOptions.includes(provider);
  // OpenAI limits the calls of all its tools together.
  const keepsMaxUses = keeps && (provider === "anthropic" || tools.length === 1);
  const unkept = (tool: ProvidedTool, option: string, isUnkept: boolean): readonly Unkept[] => {
    const sentence = `The provider "${provider}" cannot keep to \`providerToolOptions.${option}\`. Take it out, or use anthropic.`;
    return isUnkept && tools.includes(tool) ? [{ tool, sentence }] : [];
  };
  const hasNoStore = (fileSearch?.vectorStoreIds ?? []).length === 0;
  return [
    ...unkept("webSearch", "webSearch.maxUses", webSearch?.maxUses !== undefined && !keepsMaxUses),
    ...unkept("webSearch", "webSearch.allowedDomains", webSearch?.allowedDomains !== undefined && !keeps),
    ...otherSearches.flatMap((tool) => [
      ...unkept(tool, "webSearch.maxUses", webSearch?.maxUses !== undefined && !keepsMaxUses),
      ...unkept(tool, "webSearch.allowedDomains", webSearch?.allowedDomains !== undefined),
    ]),
    ...unkept("webFetch", "webFetch.maxUses", webFetch?.maxUses !== undefined && provider !== "anthropic"),
    ...(tools.includes("fileSearch") && hasNoStore ? [nothingToSearch] : []),
  ];
};

const otherSearches = ["webSearchPreview", "enterpriseWebSearch"] as const;

const nothingToSearch: Unkept = {
  tool: "fileSearch",
  sentence:
    "The tool `fileSearch` has nothing to search. Set `providerToolOptions.fileSearch.vectorStoreIds`.",
};

type Skill = Immutable<NonNullable<Expert["providerSkills"]>>[number];

const unsupportedSkill = (provider: ProviderName, skill: Skill): readonly string[] => {
  const name = skill.type === "builtin" ? skill.skillId : skill.name;
  if (provider !== "anthropic") {
    return [`The provider "${provider}" runs no skills, such as "${name}". Take it out, or use anthropic.`];
  }
  if (skill.type === "builtin" || uploadedSkill(skill.definition) !== undefined) return [];
  return [
    `The \`definition\` of the provider skill "${name}" is not the id of an uploaded skill. Upload the skill with Anthropic's Skills API and write its id, such as definition = "skill_01AbCd".`,
  ];
};

/** The uploaded skill that a custom skill's `definition` names: `skill_…`, perhaps with `@version`. */
export const uploadedSkill = (
  definition: string,
): { readonly id: string; readonly version?: string } | undefined => {
  const found = /^(skill_\w+)(?:@(\w+))?$/.exec(definition.trim());
  const id = found?.[1];
  if (id === undefined) return undefined;
  const version = found?.[2];
  return version === undefined ? { id } : { id, version };
};
