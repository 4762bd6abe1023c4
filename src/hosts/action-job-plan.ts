import type { PriceCatalog } from "../edges/catalog.ts";
import { newJobId, systemClock } from "../edges/system.ts";
import type { JsonObject } from "../job/message.ts";
import type { Lockfile } from "../registry/lockfile.ts";
import type { Trigger } from "../request/trigger.ts";
import type { Unlocked } from "../run/registry/choose-level.ts";
import { planJob, priced } from "../run/resolve.ts";
import type { Admitted } from "./action-admission.ts";
import type { ActionContext } from "./action-context.ts";
import { readNamedFile, type TrustedDefinitions } from "./action-definitions.ts";
import type { ActionInputs } from "./action-inputs.ts";
import type { TrustedManifest } from "./action-manifest.ts";
import { outputSchema } from "./option-values.ts";
import { lockedTools, readLock } from "./read-lock.ts";
import type { Step } from "./step.ts";
import type { StepJob } from "./step-job.ts";
import { version } from "./version.ts";
import { wholeManifest } from "./whole-manifest.ts";

type ManifestOfStep = Extract<TrustedManifest, { type: "manifest" }>;

/**
 * What the step is to do, with the Experts of elsewhere that it needs, as the lock has them.
 *
 * @throws ExpertStackError with the code of what is wrong; nothing has been run by then
 */
export const planStep = async (
  step: Step,
  job: {
    readonly read: ManifestOfStep;
    readonly trusted: TrustedDefinitions;
    readonly query: string;
    readonly catalog: PriceCatalog;
    readonly admission: Admitted;
  },
  stop: AbortSignal,
): Promise<Pick<StepJob, "plan" | "locked" | "packages" | "notes">> => {
  const { read, trusted, admission } = job;
  const lockfile = await readLock(trusted.definitions, step.inputs.config);
  const schema = await readSchema(step, trusted);
  const { notes, ...whole } = await wholeManifest(
    { manifest: read.manifest, expertKey: admission.expert },
    registryWish(step, { lockfile, admission }),
    stop,
  );
  const plan = planJob({
    ...{ ...whole, source: read.source },
    overrides: step.inputs.overrides,
    jobId: newJobId(systemClock.now()),
    query: job.query,
    ...(schema === undefined ? {} : { outputSchema: schema }),
    trigger: describeTrigger(step.context, admission.trigger),
    runtimeVersion: version,
  });
  const { locked, notes: stale } = await lockedTools(lockfile, plan.experts);
  const packages = lockfile?.packages ?? new Map();
  return { plan: await priced(plan, job.catalog.ceilingOf), locked, packages, notes: [...notes, ...stale] };
};

const registryWish = (
  { environment, inputs, context }: Step,
  of: { readonly lockfile: Lockfile | undefined; readonly admission: Admitted },
): Parameters<typeof wholeManifest>[1] => {
  const { checkout, cache } = context;
  const host = new URL(environment.GITHUB_SERVER_URL || "https://github.com").host;
  return {
    ...{ lockfile: of.lockfile, registry: inputs.registry, unlocked: unlockedIn(inputs, of) },
    machine: { environment, checkout, cache, userConfig: "neutral", own: { host, token: inputs.token } },
  };
};

/** A lock that is there is meant; a stranger must not be able to choose the moment in which a name is looked up. */
export const unlockedIn = (
  { frozen, allowUnlocked }: Pick<ActionInputs, "frozen" | "allowUnlocked">,
  { lockfile, admission }: { readonly lockfile: Lockfile | undefined; readonly admission: Admitted },
): Unlocked => {
  if (frozen === "true" || (frozen === "" && lockfile !== undefined)) return "refuse: frozen";
  return admission.trust === "untrusted" && allowUnlocked === "false" ? "refuse: untrusted" : "resolve";
};

const describeTrigger = (context: ActionContext, trigger: Trigger): string => {
  const thread = "thread" in trigger ? ` #${trigger.thread.number}` : "";
  return `${context.eventName} ${context.owner}/${context.repo}${thread}`;
};

/** The step's own schema, or a file of the trusted commit: the pull request does not choose its form. */
const readSchema = async (
  { inputs, context }: Step,
  { definitions }: TrustedDefinitions,
): Promise<JsonObject | undefined> => {
  const { outputSchema: text, outputSchemaFile: path } = inputs;
  if (text !== "") return await outputSchema({ name: "The input `output-schema`", text });
  if (path === "") return undefined;
  const file = await readNamedFile(path, {
    input: "output-schema-file",
    definitions,
    checkout: context.checkout,
  });
  return await outputSchema({ name: `The file ${path} of \`output-schema-file\``, text: file });
};
