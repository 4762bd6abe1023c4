import { aiSdkModel } from "../edges/model/ai-sdk-model.ts";
import { credentialFiles } from "../edges/model/credentials.ts";
import { outbox } from "../edges/model/outbox.ts";
import { credentialFileOf } from "../edges/model/provider-access.ts";
import { providerFetch } from "../edges/model/provider-fetch.ts";
import { providerSettings } from "../edges/model/provider-settings.ts";
import { localSkills } from "../edges/skills/local-skills.ts";
import { programOutside } from "../edges/skills/program-outside.ts";
import { systemClock } from "../edges/system.ts";
import type { PackagePin } from "../registry/package-pin.ts";
import { makeRedaction } from "../report/redaction.ts";
import type {
  Catalog,
  InProcessSkill,
  JobLog,
  LockedTool,
  Model,
  Observer,
  SkillsRequest,
} from "../run/ports.ts";
import type { JobPlan } from "../run/resolve.ts";
import type { JobPorts } from "../run/run-job.ts";
import type { TrustedTree } from "../run/workspace-ports.ts";
import type { JobSandbox } from "./job-sandbox.ts";
import type { Environment } from "./secrets.ts";

export type Wiring = {
  readonly plan: JobPlan;
  readonly environment: Environment;
  readonly secrets: readonly string[];
  readonly workspace: string;
  /** The repository's folder, which the workspace lies in: its programs and files are data. */
  readonly checkout: string;
  /** Looks at each file that a credential is read from, and throws to refuse it. */
  readonly admitCredential?: (file: string) => void;
  /** Absolute folders that no tool of the base skill may see. */
  readonly hidden: readonly string[];
  readonly cacheDirectory: string;
  readonly trust: "trusted" | "untrusted";
  /** Hosts that remote skills may be at on an untrusted trigger. */
  readonly allowHosts: readonly string[];
  /** Whether a skill may run the workspace's own files, or those of a tree of the commit whose definitions were read. */
  readonly localCommands: "allowed" | TrustedTree;
  readonly sandbox: JobSandbox;
  readonly observer: Observer;
  readonly catalog: Catalog;
  /** Tools of skills as `perstack.lock` has them, by Expert and skill. */
  readonly locked?: ReadonlyMap<string, ReadonlyMap<string, readonly LockedTool[]>>;
  /** What packages of skills consist of, as `perstack.lock` has it. */
  readonly packages?: ReadonlyMap<string, PackagePin>;
  /** Skills that this process answers itself. */
  readonly inProcess?: (request: SkillsRequest) => readonly InProcessSkill[];
  /** Instead of the provider: answers from a recording. */
  readonly model?: Model;
};

/**
 * Puts the adapters of one job together. What can be refused is refused here, before the job's folder exists.
 *
 * @returns what completes the ports with the job's log
 * @throws ExpertStackError when the provider's key or address is missing, or a credential is a stranger's
 */
export const prepareWiring = (wiring: Wiring): ((log: JobLog) => JobPorts) => {
  const { plan, environment, observer } = wiring;
  const redaction = makeRedaction(wiring.secrets);
  const model = wiring.model ?? providersOf(wiring);
  const skills = localSkills({
    workspace: wiring.workspace,
    checkout: wiring.checkout,
    hidden: [...wiring.hidden, ...credentialFiles(environment)],
    cacheDirectory: wiring.cacheDirectory,
    packages: { locked: wiring.packages ?? new Map() },
    environment,
    trust: wiring.trust,
    allowHosts: wiring.allowHosts,
    localCommands: wiring.localCommands,
    stepTimeoutMs: plan.started.limits.stepTimeoutMs,
    sandbox: wiring.sandbox.open,
    ...(wiring.inProcess === undefined ? {} : { inProcess: wiring.inProcess }),
  });
  return (log) => ({
    experts: plan.experts,
    locked: wiring.locked ?? new Map(),
    model,
    catalog: wiring.catalog,
    skills,
    log,
    clock: systemClock,
    observer,
    redact: redaction.redact,
    redactStream: redaction.stream,
  });
};

/** The manifest's provider, then those to turn to. */
const providersOf = ({ plan, environment, checkout, admitCredential }: Wiring): Model => {
  const findProgram = (name: string) =>
    programOutside(name, { path: environment.PATH ?? "", workspace: checkout });
  const settings = plan.providers.map((config) =>
    providerSettings(config, environment, { findProgram, workspace: checkout }),
  );
  for (const file of settings.map(credentialFileOf)) if (file !== undefined) admitCredential?.(file);
  const requests = outbox();
  const sent = Promise.withResolvers<void>();
  const fetch = providerFetch(requests.prepare, sent.resolve);
  return aiSdkModel(settings, {
    now: systemClock.now,
    fetch,
    outbox: requests,
    firstSent: sent.promise,
  });
};
