import { expect, test } from "vitest";
import { readRunOptions } from "../../src/hosts/cli-run-options.ts";
import { neverStopped } from "../run/fake-ports.ts";

const read = (options: Readonly<Record<string, unknown>>) =>
  readRunOptions(options, {
    environment: {},
    hide: () => {},
    cwd: import.meta.dirname,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    out: () => {},
    err: () => {},
    stop: neverStopped,
  });

test.each([
  ["maxSteps", "--max-steps"],
  ["timeout", "--timeout"],
  ["timeoutMinutes", "--timeout-minutes"],
])("zero is refused for %s", async (key, flag) => {
  await expect(read({ [key]: "0" })).rejects.toThrow(
    expect.objectContaining({
      message: `${flag} is "0".`,
      remedy: expect.stringMatching(/above zero\. `expert-stack run --help` shows/),
    }),
  );
  await expect(read({ [key]: "1" })).resolves.toBeDefined();
});

test("no further attempt is a fine number of them", async () => {
  expect((await read({ maxRetries: "0" })).overrides).toEqual({ maxRetries: 0 });
});

test("`--secret-env` takes several names, with or without commas", async () => {
  expect((await read({ secretEnv: ["ONE", "TWO,THREE"] })).secretEnv).toEqual(["ONE", "TWO", "THREE"]);
  expect((await read({})).secretEnv).toEqual([]);
});
