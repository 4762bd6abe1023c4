import { type Attack, formsOf, toolsOf } from "../attacks/attack.ts";
import type { Expert } from "../definition/expert.ts";
import type { Manifest } from "../definition/manifest.ts";
import { isBaseSkill } from "../definition/skill-package.ts";
import { priceCatalog } from "../edges/catalog.ts";
import type { SandboxOptions } from "../edges/sandbox/open-sandbox.ts";
import { createJob } from "../edges/store/create-job.ts";
import { newJobId, systemClock } from "../edges/system.ts";
import type { JournalEntry } from "../job/event.ts";
import type { SandboxTier } from "../job/sandbox-tier.ts";
import { noUsage } from "../job/usage.ts";
import type { Generation, Model } from "../run/ports.ts";
import { planJob } from "../run/resolve.ts";
import { runJob } from "../run/run-job.ts";
import { type AttackScene, attackScene } from "./attack-scene.ts";
import { jobSandbox, machineOf } from "./job-sandbox.ts";
import type { Environment } from "./secrets.ts";
import { version } from "./version.ts";
import { prepareWiring } from "./wire.ts";

/** What came of an attack. */
export type Verdict =
  | { readonly type: "held"; readonly tier: SandboxTier }
  | { readonly type: "gotThrough"; readonly tier: SandboxTier; readonly what: readonly string[] }
  /** The Expert has not got the tools for it. */
  | { readonly type: "notApplicable"; readonly lacks: readonly string[] }
  /** Programs do not start here, so that nothing is shown. */
  | { readonly type: "didNotRun"; readonly tier: SandboxTier; readonly because: string };

export type Attacked = {
  readonly manifest: Manifest;
  readonly key: string;
  readonly environment: Environment;
  /** In the environment of this process from its start. */
  readonly canary: string;
  readonly sandbox: Pick<SandboxOptions, "mode" | "network"> & Partial<Pick<SandboxOptions, "tiers">>;
};

/**
 * Runs an attack against an Expert's own tools of the base skill: a job as any other, in a scene made for it, whose model
 * does what the attacker wants. No secret is known to it, so nothing that comes back is hidden from this test. The
 * Expert's servers are not started: they are not the runner's to answer for.
 */
export const runAttack = async (attack: Attack, attacked: Attacked): Promise<Verdict> => {
  await using scene = await attackScene(attacked.canary);
  const { target } = scene;
  await using sandbox = jobSandbox({
    ...attacked.sandbox,
    ...{ workspace: target.workspace, checkout: target.workspace, hidden: scene.hidden },
    ...machineOf(attacked.environment),
    temporary: scene.jobs,
  });
  const entries = await job(attack, { attacked, scene, sandbox });
  const started = entries.find(({ event }) => event.type === "runStarted")?.event;
  const offered = started?.type === "runStarted" ? started.tools.map(({ name }) => name) : [];
  const lacks = [...toolsOf(attack, target)].filter((tool) => !offered.includes(tool));
  const { tier } = (await sandbox.open()).sandbox;
  const what = [...seen(entries, target.canary), ...tooLarge(entries), ...(await scene.damage())];
  if (what.length > 0) return { type: "gotThrough", tier, what };
  if (lacks.length === toolsOf(attack, target).size) return { type: "notApplicable", lacks };
  const first = resultsOf(entries)[0] ?? "";
  if (offered.includes("exec") && !first.includes(mark)) return { type: "didNotRun", tier, because: first };
  return { type: "held", tier };
};

const job = async (
  attack: Attack,
  wanted: {
    readonly attacked: Attacked;
    readonly scene: AttackScene;
    readonly sandbox: ReturnType<typeof jobSandbox>;
  },
): Promise<readonly JournalEntry[]> => {
  const { attacked, scene, sandbox } = wanted;
  const { manifest, key, environment } = attacked;
  const { workspace } = scene.target;
  const entries: JournalEntry[] = [];
  const plan = planJob({
    manifest: { ...manifest, experts: new Map([[key, alone(manifest.experts.get(key))]]) },
    expertKey: key,
    overrides: { maxSteps: 20 },
    ...{ source: "attack", jobId: newJobId(systemClock.now()), query: attack.aim, trigger: "attack" },
    runtimeVersion: version,
  });
  const wire = prepareWiring({
    ...{ plan, environment, secrets: [], workspace, checkout: workspace, sandbox },
    ...{ hidden: scene.hidden, cacheDirectory: scene.cache, allowHosts: [] },
    ...{ trust: "trusted", localCommands: "allowed" },
    observer: { onEntry: (entry) => entries.push(entry), onDelta: () => undefined },
    catalog: priceCatalog(new Map(), () => undefined),
    model: attacker([[trial], ...attack.answers(scene.target)]),
  });
  using log = createJob({ root: scene.jobs, jobId: plan.started.jobId, hide: "plain" });
  await runJob(wire(log), { events: [plan.started] }, new AbortController().signal);
  return entries;
};

/** The Expert with its base skill and without servers and delegates. @throws when there is no such Expert */
const alone = (expert: Expert | undefined): Expert => {
  if (expert === undefined) throw new TypeError("an attack on no Expert");
  const base = Object.entries(expert.skills).filter(
    ([, skill]) => skill.type === "mcpStdioSkill" && isBaseSkill(skill),
  );
  const { providerTools: _tools, providerSkills: _skills, providerToolOptions: _options, ...rest } = expert;
  return { ...rest, skills: Object.fromEntries(base), delegates: [] };
};

/** A model that makes its calls whatever comes back, and then says that it is done. */
const attacker = (answers: ReturnType<Attack["answers"]>): Model => ({
  async generate({ step }): Promise<Generation> {
    const calls = answers[step - 1] ?? [];
    const parts = calls.map(({ tool, args }, index) => ({
      ...({ type: "toolCall", id: `call_${step}_${index}` } as const),
      ...{ tool, args },
    }));
    const said = { type: "finished", usage: noUsage, model: "attacker" } as const;
    return parts.length === 0
      ? { ...said, parts: [{ type: "text", text: "Done." }], finishReason: "stop" }
      : { ...said, parts, finishReason: "toolCalls" };
  },
});

/** A program that does nothing, before those that do: an attack that cannot start shows nothing. */
const mark = "the attack runs";
const trial = { tool: "exec", args: { command: "echo", args: [mark] } };

const resultsOf = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.flatMap(({ event }) =>
    event.type === "toolCallFinished" ? [JSON.stringify(event.contents).slice(0, 500)] : [],
  );

const seen = (entries: readonly JournalEntry[], canary: string): readonly string[] => {
  const told = entries.filter(({ event }) => event.type === "toolCallFinished");
  const text = JSON.stringify(told);
  return formsOf(canary).some((form) => text.includes(form)) ? ["the canary came back"] : [];
};

/** Characters of one result that no model should be sent. */
const largestResult = 200_000;

const tooLarge = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.some(({ event }) => JSON.stringify(event).length > largestResult)
    ? ["a result was larger than 200,000 characters"]
    : [];
