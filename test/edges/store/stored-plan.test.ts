import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readPlan, writePlan } from "../../../src/edges/store/stored-plan.ts";

const digest = `sha256:${"0".repeat(64)}`;
const plan = {
  v: 1,
  subject: {
    ...{ repository: "acme/widgets", run: "1", trigger: "push", thread: "", head: "", base: "" },
    ...{ expert: "tour", trust: "trusted", policy: digest },
  },
  job: {
    ...{ id: "20260131T235959-1a2b3c4d", checkpoint: "c", coordinator: "tour", experts: [] },
    model: { provider: "anthropic", model: "m" },
    ...{ steps: 1, failedGenerations: 0, durationMs: 2, modelMs: 1 },
    usage: { inputTokens: 1, outputTokens: 1, reasoningTokens: 0, cachedInputTokens: 0 },
    outcome: { type: "completed", text: "Done." },
    head: { seq: 3, hash: "0".repeat(64) },
  },
  outputs: [{ kind: "labels", labels: ["bug"] }],
};

test("a plan is read back as it was written, whatever the order of its members", () => {
  const { bytes, digest: told } = writePlan(plan);
  expect(readPlan(bytes, told)).toEqual(plan);
  expect(writePlan(Object.fromEntries(Object.entries(plan).reverse())).digest).toBe(told);
});

test("one byte more makes it another plan", () => {
  const { bytes, digest: told } = writePlan(plan);
  const altered = Buffer.concat([bytes, Buffer.from(" ")]);
  expect(() => readPlan(altered, told)).toThrow(/digest is sha256:/);
});

test.each([
  ["a further member", { ...plan, more: 1 }],
  ["a further member of its job", { ...plan, job: { ...plan.job, token: "x" } }],
  ["a further line of its subject", { ...plan, subject: { ...plan.subject, actor: "ada" } }],
  ["a subject without a line", { ...plan, subject: { ...plan.subject, head: undefined } }],
  ["an id that says more than an id", { ...plan, job: { ...plan.job, id: "`x`" } }],
  [
    "an artifact whose digest is Markdown",
    { ...plan, job: { ...plan.job, artifact: { id: 1, digest: "**", kind: "full" } } },
  ],
  ["outputs that are no objects", { ...plan, outputs: ["labels"] }],
])("%s is neither written nor read", (_, other) => {
  const bytes = Buffer.from(JSON.stringify(other));
  const told = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  expect(() => readPlan(bytes, told)).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  expect(() => writePlan(other)).toThrow();
});
