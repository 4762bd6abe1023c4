/** What fetching from registries takes from the host. */
export type GitOptions = {
  /** Absolute path of git: looked up by name, it could be a program of the checkout. */
  readonly git: string | undefined;
  /** What git sees of it is a short list of names (`git-environment.ts`), whatever else is in it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where repositories and definitions are kept between jobs; made where it is missing. */
  readonly cacheDirectory: string;
  /** Whether git reads a person's own configuration with its credential helpers, or nobody's. */
  readonly userConfig: "kept" | "neutral";
  /** The token for a host (with its port, where it has one), used for https only. */
  readonly tokenFor?: (host: string) => string | undefined;
  /** A sentence: how a person gives access to a host's repositories here. */
  readonly accessRemedy?: (host: string) => string;
  /** Milliseconds that one git command may take. */
  readonly timeLimitMs?: number;
  /** Milliseconds before each of the attempts that follow the first. */
  readonly retryDelays?: readonly number[];
  /** What git may speak, as in GIT_ALLOW_PROTOCOL. Only tests say anything here. */
  readonly protocols?: string | undefined;
};

export const defaultTimeLimitMs = 60_000;
export const defaultRetryDelays: readonly number[] = [250, 1_000, 4_000];
