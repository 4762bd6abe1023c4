import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../src/edges/store/create-job.ts";
import { runCli } from "../../src/hosts/cli.ts";
import { playJob } from "../helpers/scripted-job.ts";
import { neverStopped } from "../run/fake-ports.ts";

let cwd: string;
const jobs = () => join(cwd, ".expert-stack", "jobs");

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "expert-stack-log-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const log = async (...args: readonly string[]) => {
  const said = { out: "", err: "" };
  const exitCode = await runCli(["log", ...args], {
    environment: {},
    hide: () => {},
    cwd,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    columns: 80,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    stop: neverStopped,
  });
  return { exitCode, ...said };
};

const addJob = (id: string, startedAt: number): string => {
  using job = createJob({ root: jobs(), jobId: id, hide: "hide" });
  const { events, state } = playJob({ answers: [{ text: "Done." }] });
  job.append(events, startedAt);
  job.saveHead({
    v: 1,
    id,
    status: "completed",
    coordinator: "reviewer",
    experts: [],
    model: { provider: "anthropic", model: "claude-test" },
    totals: { steps: state.steps, usage: state.usage },
    startedAt,
  });
  return job.directory;
};

describe("`log` where a job is damaged", () => {
  it("lists all others on standard output and warns of that one on standard error", async () => {
    addJob("one", 1_000);
    const damaged = addJob("two", 2_000);
    addJob("three", 3_000);
    writeFileSync(join(damaged, "job.json"), "{");
    mkdirSync(join(jobs(), "four"));
    const listed = await log();
    expect(listed.exitCode).toBe(0);
    expect(listed.out.split("\n").map((line) => line.split(" ")[0])).toEqual(["three", "one", ""]);
    expect(listed.err.split("\n")).toEqual([
      `warning: job four is not listed: ${join(jobs(), "four")} has no job.json.`,
      `warning: job two is not listed: ${join(damaged, "job.json")} is not a job.`,
      "",
    ]);
    const json = await log("--json");
    expect(
      json.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(["three", "one"]);
    expect(json.err).toBe(listed.err);
  });

  it("refuses to show that one, names the line, and shows the others", async () => {
    addJob("one", 1_000);
    const file = join(addJob("two", 2_000), "events.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace('"Done."', '"Fine."'));
    const shown = await log("two");
    expect([shown.exitCode, shown.out]).toEqual([1, ""]);
    expect(shown.err).toMatch(/^error\[JOURNAL_CORRUPT\]: .*events\.jsonl:\d+ .*changed/);
    expect((await log("one")).out).toContain("Done.");
  });

  it("tells what a newer version wrote from damage", async () => {
    const file = join(addJob("one", 1_000), "job.json");
    writeFileSync(file, '{"v":2}');
    const shown = await log("one");
    expect(shown.exitCode).toBe(1);
    expect(shown.err).toContain("which this version does not know");
    expect(shown.err).toContain("Read it with the version that wrote it");
  });
});
