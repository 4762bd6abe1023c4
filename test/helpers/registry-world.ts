import type { PublishLine } from "../../src/registry/index-line.ts";
import { type GitHttps, startGitHttps } from "./git-https.ts";
import { makeRegistry, type Published, type ScratchRegistry } from "./git-registry.ts";

/** Two registries that are reached by https: `@acme` in the one and `@corp` in the other. */
export type RegistryWorld = AsyncDisposable & {
  readonly https: GitHttps;
  readonly acme: ScratchRegistry;
  readonly corp: ScratchRegistry;
  /** `[registries]` of a manifest that uses both. */
  readonly toml: string;
  /** What a process needs to trust the server. */
  readonly env: Readonly<Record<string, string>>;
};

export const startRegistryWorld = async (token?: string): Promise<RegistryWorld> => {
  const https = await startGitHttps();
  const registryOf = (name: string) => makeRegistry(undefined, `${https.host}/${name}/experts`);
  const [acme, corp] = [registryOf("acme"), registryOf("corp")];
  const access = token === undefined ? {} : { token };
  const urls = [
    https.serve("acme/experts", acme.directory, access),
    https.serve("corp/experts", corp.directory, access),
  ];
  return {
    ...{ https, acme, corp },
    toml: `[registries]\ndefault = "git+${urls[0]}"\n[registries.scopes]\n"@corp" = "git+${urls[1]}"\n`,
    env: { GIT_SSL_CAINFO: https.ca },
    [Symbol.asyncDispose]: async () => {
      for (const registry of [acme, corp]) registry[Symbol.dispose]();
      await https[Symbol.asyncDispose]();
    },
  };
};

/** Publishes an Expert that says its name and version in its instruction. */
export const publishExpert = (
  registry: ScratchRegistry,
  key: string,
  {
    delegates = [],
    more = "",
    line = {},
  }: { delegates?: readonly string[]; more?: string; line?: Partial<PublishLine> } = {},
): Published => {
  const at = key.indexOf("@", 1);
  const [name, version] = [key.slice(0, at), key.slice(at + 1)];
  const definition = [
    `[experts."${name}"]`,
    `version = "${version}"`,
    `description = "Is ${name}."`,
    `instruction = "You are ${key}."`,
    `delegates = ${JSON.stringify(delegates)}`,
    more,
  ].join("\n");
  return registry.publish({
    name,
    version,
    definition: `${definition}\n`,
    delegates: delegates.map(pairOf),
    line,
  });
};

const pairOf = (request: string): [string, string] => {
  const at = request.indexOf("@", 1);
  return at === -1 ? [request, ""] : [request.slice(0, at), request.slice(at + 1)];
};
