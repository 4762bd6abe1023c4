import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { attacks } from "../attacks/attacks.ts";
import { processSkills } from "../definition/skill-package.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import { runAttack, type Verdict } from "./attack-run.ts";
import { choice } from "./option-values.ts";
import { readManifest } from "./read-manifest.ts";
import type { Terminal } from "./terminal.ts";

type AttackArguments = {
  readonly expert: string;
  readonly config?: string;
  readonly sandbox?: string;
};

/** The variable by which a second process of ours has the canary in its environment from its start. */
const canaryVariable = "EXPERT_STACK_CANARY";

/**
 * `expert-stack attack <expert>`: attacks the Expert's own tools as others' agents have been attacked, on this machine,
 * and says what held.
 *
 * @returns 1 when something got through or could not be tried
 */
export const attackCommand = async (args: AttackArguments, terminal: Terminal): Promise<number> => {
  const mode = choice("--sandbox", args.sandbox, ["auto", "required", "off"], "attack");
  const { manifest } = await readManifest(folderDefinitions(terminal.cwd), args.config ?? "perstack.toml", {
    expert: args.expert,
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  if (!manifest.experts.has(args.expert)) throw noExpert(args.expert, [...manifest.experts.keys()]);
  const canary = terminal.environment[canaryVariable];
  if (canary === undefined) return await again();
  const attacked = { manifest, key: args.expert, environment: terminal.environment, canary };
  let isHeld = true;
  for (const attack of attacks) {
    const verdict = await runAttack(attack, { ...attacked, sandbox: { mode, network: "enforced" } });
    isHeld &&= verdict.type === "held" || verdict.type === "notApplicable";
    terminal.out(`${attack.name.padEnd(28)} ${outcome(verdict)}\n`);
  }
  const servers = processSkills(manifest.experts.get(args.expert)?.skills ?? {}).map(({ name }) => name);
  if (servers.length > 0) {
    terminal.out(`\nNot attacked: its servers (${servers.join(", ")}). They run in the same sandbox.\n`);
  }
  return isHeld ? 0 : 1;
};

const outcome = (verdict: Verdict): string => {
  switch (verdict.type) {
    case "held":
      return `held (${verdict.tier})`;
    case "gotThrough":
      return `GOT THROUGH (${verdict.tier}): ${verdict.what.join("; ")}`;
    case "notApplicable":
      return `not applicable: the Expert has no ${verdict.lacks.join(", ")}`;
    case "didNotRun":
      return `DID NOT RUN (${verdict.tier}): ${verdict.because}`;
    default:
      return verdict satisfies never;
  }
};

/** The same once more, in a process that has a canary where a runner has its token. */
const again = async (): Promise<number> => {
  const canary = `canary-${randomBytes(16).toString("hex")}`;
  const child = spawn(process.execPath, process.argv.slice(1), {
    env: { ...process.env, [canaryVariable]: canary },
    stdio: "inherit",
  });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 130));
  });
};

const noExpert = (key: string, keys: readonly string[]): ExpertStackError =>
  new ExpertStackError({
    code: "EXPERT_NOT_FOUND",
    message: `There is no Expert "${key}".`,
    remedy: `Name one that the manifest defines: ${keys.join(", ")}.`,
  });
