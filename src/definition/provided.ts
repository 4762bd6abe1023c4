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

/** What of `providerTools` a provider has, each once, in the order of the table above. */
export const providedTools = (provider: ProviderName, names: readonly string[]): readonly ProvidedTool[] =>
  ownTools[provider].filter((tool) => names.some((name) => toolOf(name) === tool));

const toolOf = (name: string): string =>
  Object.hasOwn(otherNames, name) ? (otherNames[name] ?? name) : name;

type Asked = Pick<Expert, "providerTools" | "providerSkills" | "providerToolOptions">;

/**
 * What an Expert wants its provider to run and this provider cannot, each as a sentence that says what to do.
 * A limit or a list of hosts that a provider cannot keep to counts, too: it is not dropped in silence.
 */
export const unsupportedProvided = (provider: ProviderName, expert: Asked): readonly string[] => [
  ...(expert.providerTools ?? []).flatMap((name) => unknownTool(provider, name)),
  ...unkeptOptions(provider, expert),
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

const keepsMaxUses: readonly ProviderName[] = ["anthropic", "openai", "azure-openai"];
const keepsDomains: readonly ProviderName[] = ["anthropic", "openai", "azure-openai"];

const unkeptOptions = (provider: ProviderName, expert: Asked): readonly string[] => {
  const tools = providedTools(provider, expert.providerTools ?? []);
  const { webSearch, webFetch, fileSearch } = expert.providerToolOptions ?? {};
  const unkept = (option: string): string =>
    `The provider "${provider}" cannot keep to \`providerToolOptions.${option}\`. Take it out, or use anthropic.`;
  const searches = tools.includes("webSearch");
  const isOpenAi = provider === "openai" || provider === "azure-openai";
  const maxUsesKept = keepsMaxUses.includes(provider) && !(isOpenAi && tools.length > 1);
  return [
    ...(searches && webSearch?.maxUses !== undefined && !maxUsesKept ? [unkept("webSearch.maxUses")] : []),
    ...((searches || tools.includes("webSearchPreview")) &&
    webSearch?.allowedDomains !== undefined &&
    (!keepsDomains.includes(provider) || tools.includes("webSearchPreview"))
      ? [unkept("webSearch.allowedDomains")]
      : []),
    ...(tools.includes("webFetch") && webFetch?.maxUses !== undefined && provider !== "anthropic"
      ? [unkept("webFetch.maxUses")]
      : []),
    ...(tools.includes("fileSearch") && (fileSearch?.vectorStoreIds ?? []).length === 0
      ? ["The tool `fileSearch` has nothing to search. Set `providerToolOptions.fileSearch.vectorStoreIds`."]
      : []),
  ];
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
