import { renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { renderFinding } from "../definition/finding.ts";
import { folderDefinitions } from "../edges/definitions/folder.ts";
import { ExpertStackError } from "../errors.ts";
import type { LockedExpert, Lockfile } from "../registry/lockfile.ts";
import type { PackagePin } from "../registry/package-pin.ts";
import { renderLockfile } from "../registry/render-lockfile.ts";
import { visible } from "../report/visible.ts";
import { toolAsker } from "./ask-tools.ts";
import { cacheFolder } from "./cache-folder.ts";
import { changedVersions } from "./changed-versions.ts";
import { jobSandbox, machineOf } from "./job-sandbox.ts";
import { lockDifferences } from "./lock-differences.ts";
import { startNotices } from "./lock-notices.ts";
import { namedReferences, workflowReferences } from "./lock-references.ts";
import { foundForLock, type LockWish } from "./lock-registry.ts";
import { lockPath, readLock } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import type { Terminal } from "./terminal.ts";

export type LockOptions = {
  /** Experts to lock besides those that the manifest and the workflows name; instead of those named the last time. */
  readonly references: readonly string[];
  readonly config?: string;
  readonly workspace?: string;
  readonly registry?: string;
  /** Whose newest versions to take: everybody's, or one name's. */
  readonly update?: true | string;
  readonly check?: true;
};

/**
 * `expert-stack lock`: finds the Experts of elsewhere, asks every skill's server for its tools, and writes both beside the
 * manifest, so that a job runs the same each time, need not wait for a server before its first request, and notices
 * what has changed.
 *
 * @returns 1 when `--check` finds that the lock would be another
 */
export const lockCommand = async (options: LockOptions, terminal: Terminal): Promise<number> => {
  const config = options.config ?? "perstack.toml";
  const definitions = folderDefinitions(terminal.cwd);
  const before = await lockBefore(config, terminal);
  if (options.check === true && !(await isThere(config, terminal))) {
    terminal.err(`error[LOCK_OUTDATED]: There is no ${lockPath(config)}.\n  ${makeIt}\n`);
    return 1;
  }
  const named = namedReferences(options.references, before, terminal);
  const workflows = await workflowReferences(terminal);
  const references = [...new Set([...named, ...workflows.keys()])].sort();
  const { manifest, warnings } = await readManifest(definitions, config, {
    expert: references[0] ?? "",
    missing: { where: terminal.cwd, remedy: "Create it, or name another with `--config <file>`." },
  });
  for (const warning of warnings) terminal.err(`${renderFinding(warning)}\n`);
  const wish = {
    manifest,
    workflows,
    references,
    named,
    before,
    update: options.update,
    registry: options.registry ?? "",
  };
  const lockfile = await made(config, { ...wish, workspace: options.workspace ?? "." }, terminal);
  for (const text of changedVersions(before?.experts ?? [], lockfile.experts))
    terminal.err(`info: ${text}\n`);
  return await delivered(
    config,
    { text: renderLockfile(lockfile), lockfile, before, check: options.check },
    terminal,
  );
};

const makeIt = "Run `expert-stack lock` and commit the result.";

const isThere = async (config: string, terminal: Terminal): Promise<boolean> =>
  (await folderDefinitions(terminal.cwd).read(lockPath(config))) !== undefined;

/** A lock that cannot be read locks nothing, and is what this command is there to mend. */
const lockBefore = async (config: string, terminal: Terminal): Promise<Lockfile | undefined> => {
  try {
    return await readLock(folderDefinitions(terminal.cwd), config);
  } catch (error) {
    if (!(error instanceof ExpertStackError) || error.code !== "LOCK_INVALID") throw error;
    const message = visible(error.message).replace(/\.?$/, ".");
    terminal.err(
      `warning: ${message} Every version is chosen anew, and no registry is held against what it was before. To keep what was locked, restore the file first: \`git checkout <commit> -- ${lockPath(config)}\`.\n`,
    );
    return undefined;
  }
};

const made = async (
  config: string,
  wish: Omit<LockWish, "checkout"> & { readonly named: readonly string[]; readonly workspace: string },
  terminal: Terminal,
): Promise<Lockfile> => {
  const workspace = resolve(terminal.cwd, wish.workspace);
  const found = await foundForLock({ ...wish, checkout: workspace }, terminal);
  await using sandbox = jobSandbox({
    ...{ mode: "auto", network: "enforced", workspace, checkout: workspace },
    ...{ hidden: [], temporary: tmpdir(), ...machineOf(terminal.environment) },
    cache: cacheFolder(terminal.environment.XDG_CACHE_HOME),
  });
  const own = [...wish.manifest.experts].map(([key, expert]) => ({ key, expert }));
  const all = [...own, ...found.experts].map(({ expert }) => expert);
  const used = new Map<string, PackagePin>();
  const packages = {
    locked: wish.update !== true ? (wish.before?.packages ?? new Map()) : new Map(),
    otherwise: wish.update !== true ? "as first installed" : "newest",
    onUse: (key: string, pin: PackagePin) => used.set(key, pin),
  } as const;
  for (const text of startNotices(found.experts)) terminal.err(`info: ${visible(text)}\n`);
  const toolsOf = toolAsker(all, { workspace, sandbox, packages, terminal });
  const experts: LockedExpert[] = [];
  for (const one of [...own, ...found.experts]) {
    experts.push({ ...one, toolDefinitions: await toolsOf(one) });
  }
  return { configPath: config, references: wish.named, ...found, experts, packages: used };
};

const delivered = async (
  config: string,
  {
    text,
    lockfile,
    before,
    check,
  }: {
    readonly text: string;
    readonly lockfile: Lockfile;
    readonly before: Lockfile | undefined;
    readonly check: true | undefined;
  },
  terminal: Terminal,
): Promise<number> => {
  const { experts } = lockfile;
  const tools = experts.reduce((sum, { toolDefinitions }) => sum + toolDefinitions.length, 0);
  const counts = `${counted(experts.length, "Expert")}, ${counted(tools, "tool")}`;
  if (check === undefined) {
    writeLock(resolve(terminal.cwd, lockPath(config)), text);
    terminal.out(`${lockPath(config)}: ${counts}.\n`);
    return 0;
  }
  const there = await folderDefinitions(terminal.cwd).read(lockPath(config));
  const isSame = there?.replaceAll("\r\n", "\n").trimEnd() === text.trimEnd();
  if (isSame) terminal.out(`${lockPath(config)} is what \`expert-stack lock\` writes: ${counts}.\n`);
  else {
    const differences = lockDifferences(before, lockfile).map((text) => `  ${visible(text)}\n`);
    terminal.err(
      `error[LOCK_OUTDATED]: ${lockPath(config)} is not what \`expert-stack lock\` writes.\n${differences.join("")}  ${makeIt}\n`,
    );
  }
  return isSame ? 0 : 1;
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Whole or not at all, and through no link that is there already. */
const writeLock = (file: string, text: string): void => {
  const temporary = `${file}.tmp`;
  try {
    rmSync(temporary, { force: true });
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new ExpertStackError({
      code: "STORE_FAILED",
      message: `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "See that its folder may be written and that no folder of that name is there.",
      cause,
    });
  }
};
