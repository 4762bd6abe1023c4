import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { canonicalJson } from "../../definition/canonical-json.ts";
import { ExpertStackError } from "../../errors.ts";
import type { ResolvedExpert } from "../../job/event.ts";
import type { ModelChoice } from "../../job/limits.ts";
import type { JsonObject } from "../../job/message.ts";
import type { RunOutcome } from "../../job/outcome.ts";
import type { Usage } from "../../job/usage.ts";
import type { PlanSubject } from "../../request/plan-subject.ts";
import { StoredChange } from "./stored-change.ts";
import {
  count,
  Experts,
  JsonObjectShape,
  Model,
  Outcome,
  Usage as StoredUsage,
  sha256,
} from "./stored-parts.ts";

/** What a job that planned hands to one that publishes: what it is about, how it ended, and what is to be published. */
export type JobPlanFile = {
  readonly v: 1;
  readonly subject: PlanSubject;
  readonly job: PlannedJob;
  /** What the Expert asked for, as its events have it: held against the policy again before anything is published. */
  readonly outputs: readonly JsonObject[];
  /** Where an output publishes what changed in the workspace. */
  readonly change?: z.infer<typeof StoredChange>;
};

/** What a comment and the step's outputs tell of the job. */
export type PlannedJob = {
  readonly id: string;
  readonly checkpoint: string;
  readonly coordinator: string;
  readonly experts: readonly ResolvedExpert[];
  readonly model: ModelChoice;
  readonly steps: number;
  readonly failedGenerations: number;
  readonly usage: Usage;
  readonly costUsd?: number;
  readonly durationMs: number;
  readonly modelMs: number;
  readonly outcome: RunOutcome;
  /** The final answer, or the question to a person. */
  readonly answer?: string;
  /** The journal's head. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** The artifact that holds the job's record, where there is one. */
  readonly artifact?: { readonly id: number; readonly digest: string; readonly kind: "full" | "summary" };
};

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
const whole = z.int().check(z.nonnegative());

const Subject: z.ZodMiniType<PlanSubject> = z.strictObject({
  repository: z.string(),
  run: z.string(),
  trigger: z.string(),
  thread: z.string(),
  head: z.string(),
  base: z.string(),
  expert: z.string(),
  trust: z.enum(["trusted", "untrusted"]),
  policy: digest,
});

const Job: z.ZodMiniType<PlannedJob> = z.strictObject({
  // It stands in Markdown as it is.
  id: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  checkpoint: z.string(),
  coordinator: z.string(),
  experts: Experts,
  model: Model,
  steps: whole,
  failedGenerations: whole,
  usage: StoredUsage,
  costUsd: z.exactOptional(count),
  durationMs: count,
  modelMs: count,
  outcome: Outcome,
  answer: z.exactOptional(z.string()),
  head: z.strictObject({ seq: whole, hash: sha256 }),
  artifact: z.exactOptional(z.strictObject({ id: whole, digest, kind: z.enum(["full", "summary"]) })),
});

const StoredPlan: z.ZodMiniType<JobPlanFile> = z.strictObject({
  v: z.literal(1),
  subject: Subject,
  job: Job,
  outputs: z.array(JsonObjectShape),
  change: z.exactOptional(StoredChange),
});

/**
 * The bytes of a plan, the same for the same plan, and their digest. What would not be read is not written.
 *
 * @throws ZodError for what is no plan
 */
export const writePlan = (plan: unknown): { readonly bytes: Buffer; readonly digest: string } => {
  const text = canonicalJson(plan);
  StoredPlan.parse(JSON.parse(text));
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes) };
};

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * Reads a plan that somebody may have written.
 *
 * @param expected the digest that the job which planned has told, `sha256:<hex>`
 * @throws ExpertStackError PLAN_INVALID when the bytes are others, or no plan of this version
 */
export const readPlan = (bytes: Uint8Array, expected: string): JobPlanFile => {
  const found = digestOf(bytes);
  if (found !== expected) {
    throw invalidPlan(`The plan's digest is ${found}, and \`plan-digest\` says ${expected}.`);
  }
  const plan = StoredPlan.safeParse(parsed(bytes));
  if (plan.success) return plan.data;
  const [issue] = plan.error.issues;
  throw invalidPlan(
    `The plan cannot be read: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trimEnd(),
  );
};

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

const invalidPlan = (message: string): ExpertStackError =>
  new ExpertStackError({
    code: "PLAN_INVALID",
    message,
    remedy:
      "Take `plan` and `plan-digest` from the outputs of the job that planned, and use the same version of the action in both jobs.",
  });
