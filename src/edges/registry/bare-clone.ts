import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { fetchEnvironment, type GitPlace } from "./git-environment.ts";
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
  /** Whether it is tried once only, since there is another way. */
  readonly isOptional?: true;
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
    const { retryDelays = defaultRetryDelays } = wanted.isOptional ? { retryDelays: [] } : this.options;
    for (let attempts = 1; ; attempts += 1) {
      const end = await this.#run(wanted, signal);
      if (end.type === "exit" && end.code === 0) return "done";
      const failure = gitFailure(end);
      const wait = mayPass(failure) ? retryDelays[attempts - 1] : undefined;
      if (wait === undefined) return this.#failed(failure, attempts);
      await delay(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** The id that a ref of this clone names, if it names one. */
  async refId(ref: string): Promise<string | undefined> {
    const text = await readFile(join(this.#place.view, ref), "utf8").catch(() => "");
    return /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.exec(text)?.[1];
  }

  /** Those of the ids that are not here. */
  async missing(ids: readonly string[]): Promise<readonly string[]> {
    return await this.#objects().missing(ids);
  }

  /** Objects that are here, by their ids. @throws UnusableClone, LargeObject, or the signal's reason */
  async objects(ids: readonly string[], signal: AbortSignal): Promise<readonly (GitObject | undefined)[]> {
    return await this.#objects().read(ids, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader?.[Symbol.asyncDispose]();
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

  #objects(): ObjectReader {
    this.#reader ??= new ObjectReader(this.#place.objects, this.#place.format);
    return this.#reader;
  }

  #failed(failure: GitFailure, attempts: number): "absent" | "refused" {
    if (failure.type === "absent" || failure.type === "refused") return failure.type;
    if (failure.type === "format") throw new UnusableClone("its objects are named otherwise", failure.format);
    if (failure.type === "unknown") throw new UnusableClone(failure.said);
    throw unreachable(failure, { ...this.address, options: this.options, attempts });
  }
}

const noGit = (): ExpertStackError =>
  new ExpertStackError({
    code: "REGISTRY_UNREACHABLE",
    message: "There is no git on the PATH, outside of the workspace, to read a registry with.",
    remedy: "Install git.",
  });
