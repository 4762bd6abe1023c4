import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GitOptions } from "../../../src/edges/registry/git-options.ts";
import { gitRegistries } from "../../../src/edges/registry/git-registries.ts";
import type { Registries } from "../../../src/run/registry-ports.ts";
import { gitProgram } from "../../helpers/git-registry.ts";

export type OpenRegistries = AsyncDisposable & {
  readonly registries: Registries & AsyncDisposable;
  readonly cacheDirectory: string;
  /** Registries of another process on the same cache. */
  another(options?: Partial<GitOptions>): Registries & AsyncDisposable;
  /** The git commands that were started, in order: `fetch`. */
  commands(): readonly string[];
  /** The same with all their arguments. */
  lines(): readonly string[];
};

/** The adapter on a cache of its own, with a git that writes down how often it was started. */
export const openRegistries = (options: Partial<GitOptions> = {}): OpenRegistries => {
  const folder = mkdtempSync(join(tmpdir(), "expert-stack-registries-"));
  const cacheDirectory = join(folder, "cache");
  const log = join(folder, "commands");
  const git = join(folder, "git");
  writeFileSync(git, `#!/bin/sh\necho "$*" >>"${log}"\nexec "${gitProgram}" "$@"\n`);
  chmodSync(git, 0o755);
  const base = {
    git,
    environment: { PATH: process.env.PATH },
    cacheDirectory,
    userConfig: "neutral",
    protocols: "https:ssh:file",
    retryDelays: [1, 1, 1],
    ...options,
  } as const;
  const registries = gitRegistries(base);
  const lines = (): readonly string[] =>
    existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  return {
    registries,
    cacheDirectory,
    another: (other = {}) => gitRegistries({ ...base, ...other }),
    commands: () => lines().flatMap(commandOf),
    lines,
    [Symbol.asyncDispose]: async () => {
      await registries[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const commandOf = (line: string): readonly string[] =>
  /\b(?:fetch(?= )|init)\b/.exec(line)?.slice(0, 1) ?? [line];

/** An address as the adapter is given it. */
export const addressOf = (url: string) => ({ url, id: "registry.test/acme/experts" });

export const never = new AbortController().signal;
