import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { fetchEnvironment, type GitPlace, readingEnvironment } from "./git-environment.ts";
import { type GitFailure, gitFailure, mayPass } from "./git-failure.ts";
import { defaultRetryDelays, defaultTimeLimitMs, type GitOptions } from "./git-options.ts";
import { type GitEnd, runGit } from "./git-process.ts";
import { type GitObject, ObjectReader } from "./object-reader.ts";
import { unreachable } from "./unreachable.ts";
import { UnusableClone } from "./unusable-clone.ts";

/** What a fetch asks for. */
export type Fetch = {
  /** `+refs/heads/main:refs/…`, or the id of an object. */
  readonly refspecs: readonly string[];
  /** One commit without its past, or just objects. */
  readonly depth?: 1;
  readonly filter: "blob:none" | "tree:0" | "none";
  /** Whether the server may leave out what the commits that are here have. */
  readonly isAdded: boolean;
};

/** A bare repository of this process, whose objects may be shared, and the git processes that work in it. */
export class BareClone implements AsyncDisposable {
  readonly address: RegistryAddress;
  readonly options: GitOptions;
  readonly #place: GitPlace;
  readonly #git: string;
  #reader: ObjectReader | undefined;
  #refs = 0;

  constructor(address: RegistryAddress, options: GitOptions, place: GitPlace) {
    [this.address, this.options, this.#place] = [address, options, place];
    if (options.git === undefined) throw noGit();
    this.#git = options.git;
  }

  /** A ref that nothing is in yet. */
  unusedRef(): string {
    this.#refs += 1;
    return `refs/fetched/${this.#refs}`;
  }

  /**
   * Fetches, up to four times where the network or the server fails.
   *
   * @throws ExpertStackError REGISTRY_UNREACHABLE, UnusableClone, or the signal's reason
   */
  async fetch(wanted: Fetch, signal: AbortSignal): Promise<"done" | "absent" | "refused"> {
    const { retryDelays = defaultRetryDelays } = this.options;
    for (let attempts = 1; ; attempts += 1) {
      const end = await this.#run(wanted, signal);
      if (end.type === "exit" && end.code === 0) return "done";
      const failure = gitFailure(end);
      const wait = mayPass(failure) ? retryDelays[attempts - 1] : undefined;
      if (wait === undefined) return this.#failed(failure, attempts);
      await delay(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** Objects that are here, by id or name. @throws UnusableClone, or the signal's reason */
  async ask(names: readonly string[], signal: AbortSignal): Promise<readonly (GitObject | undefined)[]> {
    this.#reader ??= new ObjectReader({
      git: this.#git,
      cwd: this.#place.view,
      env: readingEnvironment(this.options, this.#place),
    });
    try {
      return await this.#reader.ask(names, signal);
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await rm(this.#place.view, { recursive: true, force: true });
  }

  #run({ refspecs, depth, filter, isAdded }: Fetch, signal: AbortSignal): Promise<GitEnd> {
    const { url } = this.address;
    const args = [
      ...(isAdded ? [] : ["-c", "fetch.negotiationAlgorithm=noop"]),
      ...["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-prune"],
      ...(depth === undefined ? [] : [`--depth=${depth}`]),
      filter === "none" ? "--no-filter" : `--filter=${filter}`,
      ...["--stdin", "--end-of-options", url],
    ];
    const env = fetchEnvironment(this.options, this.#place, url);
    const input = refspecs.map((refspec) => `${refspec}\n`).join("");
    const { timeLimitMs = defaultTimeLimitMs } = this.options;
    return runGit({ git: this.#git, args, cwd: this.#place.view, env }, { input, timeLimitMs, signal });
  }

  #failed(failure: GitFailure, attempts: number): "absent" | "refused" {
    if (failure.type === "absent" || failure.type === "refused") return failure.type;
    if (failure.type === "format") throw new UnusableClone("its objects are named otherwise", failure.format);
    if (failure.type === "unknown") throw new UnusableClone(failure.said);
    throw unreachable(failure, { ...this.address, options: this.options, attempts });
  }

  async #close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.[Symbol.asyncDispose]();
  }
}

const noGit = (): ExpertStackError =>
  new ExpertStackError({
    code: "REGISTRY_UNREACHABLE",
    message: "There is no git on the PATH, outside of the workspace, to read a registry with.",
    remedy: "Install git.",
  });
