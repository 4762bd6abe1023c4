/** One option of `run`. `value` names what follows it; an option without one is a switch. */
export type RunFlag = {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  /** Whether several values may follow. */
  readonly many?: true;
  readonly text: string;
};

/** Inputs of the action that mean something on an event alone. */
const rehearsed = [
  { name: "prompt", value: "text" },
  { name: "prompt-file", value: "file" },
  { name: "commands", value: "names" },
  { name: "trigger-phrase", value: "phrase" },
  { name: "permission", value: "role" },
  { name: "max-jobs-per-actor", value: "n" },
  { name: "allow-users", value: "logins" },
  { name: "allow-bots", value: "logins" },
  { name: "allow-hosts", value: "hosts" },
  { name: "untrusted-context", value: "how" },
  { name: "safe-outputs", value: "lines" },
  { name: "on-skip", value: "how" },
] as const;

/** What `--event` alone gives a meaning to. */
export const rehearsalFlags: readonly string[] = [
  "event-name",
  "assume-role",
  ...rehearsed.map(({ name }) => name),
];

/** The options of `run`: Perstack's own, which keep their meaning, and the action's inputs of the same names. */
export const runFlags: readonly RunFlag[] = [
  { name: "config", value: "file", text: "the manifest (default: perstack.toml)" },
  { name: "provider", value: "name", text: "the provider, over the manifest's" },
  { name: "model", value: "id", text: "the model, over the manifest's" },
  {
    name: "reasoning-budget",
    value: "level",
    text: "none, minimal, low, medium, high, or a number of tokens",
  },
  { name: "max-steps", value: "n", text: "generations of the whole job" },
  { name: "max-tokens", value: "n", text: "tokens of the whole job, in and out" },
  { name: "max-cost-usd", value: "amount", text: "US dollars of the whole job" },
  {
    name: "prices",
    value: "list",
    text: "model=input,output in US dollars per million tokens, separated by `;`",
  },
  { name: "max-retries", value: "n", text: "attempts after the first, a generation" },
  { name: "timeout", value: "ms", text: "milliseconds a generation or a tool call may take" },
  { name: "timeout-minutes", value: "n", text: "minutes the whole job may take" },
  { name: "job-id", value: "id", text: "the new job's id" },
  { name: "env-path", value: "files", many: true, text: "files of environment variables to read" },
  {
    name: "env",
    value: "names",
    many: true,
    text: "accepted for compatibility; without effect in the local runtime",
  },
  {
    name: "secret-env",
    value: "names",
    many: true,
    text: "further environment variables to treat as secrets",
  },
  { name: "workspace", value: "dir", text: "the folder the Expert may touch" },
  {
    name: "sandbox",
    value: "how",
    text: "auto (the strongest that works here), required (fail without one that isolates), or off",
  },
  {
    name: "network",
    value: "how",
    text: "enforced (processes reach their `allowedDomains` only), or open",
  },
  {
    name: "registry",
    value: "address",
    text: "the default registry, over the manifest's: github:owner/repo",
  },
  { name: "frozen", text: "resolve nothing that perstack.lock does not hold" },
  { name: "runtime", value: "name", text: "`local`, the only one" },
  {
    name: "recorded",
    value: "journal",
    text: "answer from an earlier job's events.jsonl instead of a model",
  },
  { name: "progress", value: "how", text: "auto (rewrites one line on a terminal), plain, or json" },
  {
    name: "json",
    text: "the same as --progress json, and the default when standard output is no terminal",
  },
  { name: "verbose", text: "show what skills write to standard error" },
  { name: "output-schema", value: "json", text: "JSON Schema of an object that the answer must be" },
  { name: "output-schema-file", value: "file", text: "a file that holds such a schema" },
  { name: "continue", text: "go on with the newest job; the query may be left out" },
  { name: "continue-job", value: "id", text: "go on with this job" },
  { name: "resume-from", value: "checkpoint", text: "go on from this checkpoint of the Coordinator" },
  {
    name: "interactive-tool-call-result",
    short: "i",
    text: "the query answers what the job asked; implies --continue",
  },
  { name: "dry-run", text: "with --event: say what would be decided, asked and published, and run nothing" },
  { name: "event", value: "payload", text: "JSON file of a GitHub event to rehearse; needs --dry-run" },
  { name: "event-name", value: "name", text: "the event's name, where its payload does not tell" },
  {
    name: "assume-role",
    value: "roles",
    text: "write (default without GITHUB_TOKEN), or write,mallory=none: instead of asking GitHub",
  },
  ...rehearsed.map(({ name, value }) => ({ name, value, text: "with --event: the action's input" })),
];

/** `max-steps` as it is called in code: `maxSteps`. */
export const flagKey = (name: string): string =>
  name.replace(/-([a-z])/g, (_hyphen, letter: string) => letter.toUpperCase());
