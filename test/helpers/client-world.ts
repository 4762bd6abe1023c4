import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startGitHttps } from "./git-https.ts";
import { gitProgram, makeRegistry, type ScratchRegistry } from "./git-registry.ts";
import { type CliRun, type CliWorld, runCli, startCliWorld } from "./run-cli.ts";

/** How the built program reaches its registries. */
export const transports = ["file", "https"] as const;

export type Transport = (typeof transports)[number];

/** Two registries, `@corp` in the one and every other scope in the other, and a person's checkout that names both. */
export type ClientWorld = AsyncDisposable & {
  readonly acme: ScratchRegistry;
  readonly corp: ScratchRegistry;
  readonly cli: CliWorld;
  /** `registry.test/acme/experts` */
  readonly acmeId: string;
  expertStack(...args: readonly string[]): Promise<CliRun>;
  /** Package runners that anything has started. */
  started(): readonly string[];
  /** No repository is there any more, or again. */
  hide(): void;
  show(): void;
  /** As on a machine that has run nothing yet. */
  forget(): void;
  read(file: string): string;
  write(file: string, text: string): void;
};

export const manifestHead = `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n`;

const answers = Array.from({ length: 40 }, () => ({ text: "An answer." }));

export const startClientWorld = async (
  transport: Transport,
  local = "",
  files: Parameters<typeof makeRegistry>[0] = { "README.md": "Experts\n" },
): Promise<ClientWorld> => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-client-"));
  const place = await places[transport](folder, files);
  const { acme, corp, host } = place;
  const log = join(folder, "started");
  for (const name of ["npx", "npm", "uvx", "uv"])
    program(folder, name, `echo ${name} "$@" >>"${log}"; exit 1`);
  const url = (path: string): string => `git+https://${host}/${path}.git`;
  const registries = `[registries]\ndefault = "${url("acme/experts")}"\n[registries.scopes]\n"@corp" = "${url("corp/experts")}"\n`;
  const cli = await startCliWorld({ files: { "perstack.toml": manifestHead + local + registries }, answers });
  const env = { ...place.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  const path = (file: string): string => join(cli.workspace.directory, file);
  return {
    ...{ acme, corp, cli, acmeId: `${host}/acme/experts`, hide: place.hide, show: place.show },
    expertStack: (...args) => runCli(cli, args, { env }),
    started: () => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []),
    forget: () => rmSync(join(cli.home, ".cache"), { recursive: true, force: true }),
    read: (file) => readFileSync(path(file), "utf8"),
    write: (file, text) => writeFileSync(path(file), text),
    [Symbol.asyncDispose]: async () => {
      await cli[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

type Place = AsyncDisposable &
  Pick<ClientWorld, "acme" | "corp" | "hide" | "show"> & {
    readonly host: string;
    readonly env: Readonly<Record<string, string>>;
  };

type Files = Parameters<typeof makeRegistry>[0];

const places: Readonly<Record<Transport, (folder: string, files: Files) => Promise<Place>>> = {
  /** The program never allows `file`, so it is the git on this PATH that reads files where https was asked for. */
  file: async (folder, files) => {
    const host = "registry.test";
    const [acme, corp] = [
      makeRegistry(files, `${host}/acme/experts`),
      makeRegistry(files, `${host}/corp/experts`),
    ];
    const instead = Object.entries({ acme, corp }).map(
      ([name, { url }]) => `-c url."${url}".insteadOf="https://${host}/${name}/experts.git"`,
    );
    const allow = 'if [ -n "$GIT_ALLOW_PROTOCOL" ]; then export GIT_ALLOW_PROTOCOL=file; fi';
    program(folder, "git", `${allow}\nexec "${gitProgram}" ${instead.join(" ")} "$@"`);
    const all = [acme, corp];
    return {
      ...{ host, acme, corp, env: {} },
      hide: () => {
        for (const { directory } of all) renameSync(directory, `${directory}.hidden`);
      },
      show: () => {
        for (const { directory } of all) renameSync(`${directory}.hidden`, directory);
      },
      [Symbol.asyncDispose]: async () => {
        for (const registry of all) registry[Symbol.dispose]();
      },
    };
  },
  https: async (_folder, files) => {
    const https = await startGitHttps();
    const { host } = https;
    const [acme, corp] = [
      makeRegistry(files, `${host}/acme/experts`),
      makeRegistry(files, `${host}/corp/experts`),
    ];
    https.serve("acme/experts", acme.directory);
    https.serve("corp/experts", corp.directory);
    return {
      ...{ host, acme, corp, env: { GIT_SSL_CAINFO: https.ca } },
      hide: () => https.fault({ status: 404 }),
      show: () => https.fault(undefined),
      [Symbol.asyncDispose]: async () => {
        for (const registry of [acme, corp]) registry[Symbol.dispose]();
        await https[Symbol.asyncDispose]();
      },
    };
  },
};

const program = (folder: string, name: string, script: string): void => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
};
