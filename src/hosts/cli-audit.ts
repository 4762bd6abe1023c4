import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import { type AuditFinding, isWrong } from "../registry/audit-finding.ts";
import type { PinnedExpert } from "../registry/audit-indexed.ts";
import { registryAddresses } from "../registry/registry-book.ts";
import { aligned } from "../report/aligned.ts";
import { visible } from "../report/visible.ts";
import { type Audit, auditLock } from "../run/registry/audit-lock.ts";
import { lockPath, readLock } from "./read-lock.ts";
import { readOwnManifest } from "./read-own-manifest.ts";
import { printJson, printText } from "./registry-log.ts";
import type { Terminal } from "./terminal.ts";
import { terminalRegistries } from "./terminal-registries.ts";

export type AuditOptions = { readonly config?: string; readonly registry?: string; readonly json?: true };

/**
 * `expert-stack audit`: whether what `perstack.lock` pins is still what was published, and what is thought of it since.
 *
 * @returns 1 when something is wrong
 */
export const auditCommand = async (options: AuditOptions, terminal: Terminal): Promise<number> => {
  const config = options.config ?? "perstack.toml";
  const lockfile = await readLock(folderDefinitions(terminal.cwd), config);
  if (lockfile === undefined) throw noLock(lockPath(config));
  const known = registryAddresses(await readOwnManifest(config, terminal), options.registry);
  await using registries = terminalRegistries(terminal, terminal.cwd);
  const audit = await auditLock({ lockfile, known }, registries, terminal.stop);
  if (options.json) printJson(asJson(audit), terminal);
  else printText(asText(audit), terminal);
  return audit.findings.some(isWrong) ? 1 : 0;
};

const noLock = (file: string): ExpertStackError =>
  new ExpertStackError({
    code: "LOCK_INVALID",
    message: `There is no ${file}, so nothing is pinned that could be looked at.`,
    remedy: "Make it with `expert-stack lock`, or name another manifest with `--config <file>`.",
  });

const asJson = ({ experts, findings }: Audit) => ({
  v: 1,
  wrong: findings.some(isWrong),
  experts: experts.map(({ key, pin: { requests: _requests, ...pin } }) => ({ key, ...pin })),
  findings,
});

const asText = ({ experts, findings }: Audit): string => {
  if (experts.length === 0) return "perstack.lock pins no Expert of elsewhere.\n";
  const about = new Set(findings.map(({ subject }) => subject));
  const rows = [
    ...findings.map(({ subject, level, code, message }) => [subject, level, code, message]),
    ...experts.filter(({ key }) => !about.has(key)).map((pinned) => [pinned.key, quiet(pinned, about)]),
  ];
  const remedies = [...new Set(findings.map(({ code, remedy }) => `${code}: ${visible(remedy)}\n`))];
  return [aligned(rows), remedies.join(""), `${summary(experts, findings)}\n`]
    .filter((part) => part !== "")
    .join("\n");
};

/** Of an Expert that nothing is said of: its registry or its repository may not have been asked. */
const quiet = ({ pin }: PinnedExpert, about: ReadonlySet<string>): string =>
  about.has(pin.registry ?? "") || about.has(pin.source) ? "unknown" : "ok";

const summary = (experts: readonly PinnedExpert[], findings: readonly AuditFinding[]): string => {
  const wrong = findings.filter(isWrong).length;
  const warnings = findings.filter(({ level }) => level === "warning").length;
  return `${counted(experts.length, "Expert")}: ${wrong} wrong, ${counted(warnings, "warning")}.`;
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
