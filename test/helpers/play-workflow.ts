import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { type Contexts, evaluate, filledIn } from "./workflow-expression.ts";

const root = join(import.meta.dirname, "..", "..");

const Step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.coerce.string()).default({}),
  env: z.record(z.string(), z.string()).default({}),
});

const Job = z.object({
  if: z.string().optional(),
  needs: z.string().optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  steps: z.array(Step),
});

const Workflow = z.object({ jobs: z.record(z.string(), Job) });

const Composite = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ value: z.string() })),
  runs: z.object({ steps: z.array(Step) }),
});

export type Play = {
  /** The workflow's text, from the commit that GitHub would read it from. */
  readonly text: string;
  readonly eventName: string;
  readonly event: unknown;
  /** A folder for the jobs' own files. */
  readonly temporary: string;
  /** Variables of the runner, over what it says anyway. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Checks the repository out as actions/checkout would. */
  readonly checkout: (directory: string) => void;
};

export type Played = {
  readonly results: Readonly<Record<string, "success" | "failure" | "skipped">>;
  /** Everything that was printed. */
  readonly log: string;
};

/** Runs a workflow's jobs one after the other: their shell, the registry's action as it is here, no other action. */
export const playWorkflow = async (play: Play): Promise<Played> => {
  const { jobs } = Workflow.parse(parse(play.text));
  const results: Record<string, "success" | "failure" | "skipped"> = {};
  const needs: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  let log = "";
  for (const [name, job] of Object.entries(jobs)) {
    const github = { event: play.event, event_name: play.eventName, token: "", repository: "acme/experts" };
    const contexts = { github, needs, secrets: {} };
    const isReady = job.needs === undefined || results[job.needs] === "success";
    if (!isReady || (job.if !== undefined && !evaluate(job.if, contexts))) {
      results[name] = "skipped";
      continue;
    }
    const done = await playJob(play, job, contexts);
    log += done.log;
    results[name] = done.isDone ? "success" : "failure";
    needs[name] = { outputs: done.outputs };
  }
  return { results, log };
};

type Done = {
  readonly isDone: boolean;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
};

const playJob = async (play: Play, job: z.infer<typeof Job>, contexts: Contexts): Promise<Done> => {
  const workspace = mkdtempSync(join(play.temporary, "job-"));
  const steps: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  let log = "";
  try {
    for (const step of job.steps) {
      const here = { ...contexts, steps };
      if (step.if !== undefined && !evaluate(step.if, here)) continue;
      const done = await playStep(play, { step, contexts: here, workspace });
      log += done.log;
      if (step.id !== undefined) steps[step.id] = { outputs: done.outputs };
      if (!done.isDone) return { isDone: false, log, outputs: {} };
    }
    const outputs = Object.entries(job.outputs).map(([name, text]) => [
      name,
      filledIn(text, { ...contexts, steps }),
    ]);
    return { isDone: true, log, outputs: Object.fromEntries(outputs) };
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
};

type StepPlay = {
  readonly step: z.infer<typeof Step>;
  readonly contexts: Contexts;
  readonly workspace: string;
};

const playStep = async (play: Play, { step, contexts, workspace }: StepPlay): Promise<Done> => {
  const { uses = "" } = step;
  if (uses.startsWith("actions/checkout@")) {
    play.checkout(workspace);
    return { isDone: true, log: "", outputs: {} };
  }
  if (!uses.includes("/.github/actions/registry")) {
    if (step.run === undefined) return { isDone: true, log: `[uses ${uses}]\n`, outputs: {} };
    return await shell(play, { step, contexts, workspace });
  }
  const action = Composite.parse(
    parse(readFileSync(join(root, ".github/actions/registry/action.yml"), "utf8")),
  );
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value = "" }]) => [
      name,
      filledIn(step.with[name] ?? value, contexts),
    ]),
  );
  const github = { action_path: join(root, ".github/actions/registry") };
  const [inner] = action.runs.steps;
  if (inner === undefined || action.runs.steps.length > 1) throw new Error("one step is known here");
  const done = await shell(play, { step: inner, contexts: { inputs, github }, workspace });
  const undeclared = Object.keys(done.outputs).filter((name) => !(name in action.outputs));
  if (undeclared.length > 0) throw new Error(`the action declares no output ${undeclared.join(", ")}`);
  const steps = { [inner.id ?? ""]: { outputs: done.outputs } };
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [
    name,
    filledIn(value, { steps }),
  ]);
  return { ...done, outputs: Object.fromEntries(outputs) };
};

/** A step's shell, with a `gh` that only says what it was asked. */
const shell = async (play: Play, { step, contexts, workspace }: StepPlay): Promise<Done> => {
  const files = mkdtempSync(join(play.temporary, "step-"));
  const [event, output, gh] = [join(files, "event.json"), join(files, "output"), join(files, "bin", "gh")];
  mkdirSync(dirname(gh));
  writeFileSync(gh, '#!/bin/sh\necho "gh: $*"\n');
  chmodSync(gh, 0o755);
  writeFileSync(event, JSON.stringify(play.event));
  const own = Object.entries(step.env).map(([name, text]) => [name, filledIn(text, contexts)]);
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run ?? ""], {
    cwd: workspace,
    env: {
      PATH: [dirname(gh), dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
      ...{ HOME: files, LANG: "C.UTF-8", GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "main" },
      ...{ GITHUB_EVENT_PATH: event, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: join(files, "summary") },
      ...play.environment,
      ...Object.fromEntries(own),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { isDone: code === 0, log, outputs: outputsIn(output) };
};

const outputsIn = (file: string): Readonly<Record<string, string>> => {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
};
