import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import type { SkillPackage } from "../../../definition/skill-package.ts";
import { ExpertStackError } from "../../../errors.ts";
import { type PackagePin, packageKey } from "../../../registry/package-pin.ts";
import type { DependencyLock, Installed, Installer, InstallRequest } from "./installer.ts";

export type StoreRequest = InstallRequest & {
  readonly manager: SkillPackage["manager"];
  readonly packages?: LockedPackages;
};

/** What packages consist of by a lock, by `packageKey`, instead of by what was installed here first. */
export type LockedPackages = {
  readonly locked: ReadonlyMap<string, PackagePin>;
  /** Whether what was installed here first counts where the lock says nothing. */
  readonly otherwise?: "as first installed" | "newest";
  /** Called with what is started, for who makes a lock. */
  readonly onUse?: (key: string, pin: PackagePin) => void;
};

/** What a package consisted of when it was first installed. */
const LockRecord = z.object({
  v: z.literal(1),
  name: z.string(),
  version: z.string(),
  integrity: z.string(),
  lock: z.string(),
});
type LockRecord = z.infer<typeof LockRecord>;

/**
 * The packages of skills on this machine:
 *
 * - `locks/`, a file for each spec: its dependency lock. It is made once, so that a second install is the first one again
 * - `packages/`, a folder for each lock, named by the lock's digest. It is complete or not there
 *
 * Several at work on the same package at one time do not disturb each other.
 *
 * @returns the install's folder and what the lock says of the package itself. Where both are there, it does without the
 *   network and the package manager
 * @throws InstallFailure
 * @throws ExpertStackError PACKAGE_INSTALL_FAILED for a damaged record
 */
export const storedPackage = async (
  request: StoreRequest,
  installer: Installer,
  onInstall: () => void,
): Promise<Installed & { readonly directory: string }> => {
  const file = lockFile(request, installer.spec(request));
  const key = packageKey(request.manager, request);
  const isKept = request.packages?.otherwise !== "newest";
  const record = request.packages?.locked.get(key) ?? (isKept ? await readRecord(file) : undefined);
  if (record !== undefined) {
    const { version, integrity, lock } = record;
    const directory = packageDirectory(request, lock);
    if (existsSync(directory)) {
      request.packages?.onUse?.(key, { version, integrity, lock });
      return { version, integrity, directory };
    }
  }
  onInstall();
  const temporary = join(request.cacheDirectory, "packages", `tmp-${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    const lock = record?.lock ?? (await installer.resolve(request, temporary));
    const directory = packageDirectory(request, lock);
    if (!existsSync(directory)) {
      await installer.install(request, lock, temporary);
      await moveTo(directory, temporary);
    }
    const installed = installer.installed(request, lock, directory);
    if (record === undefined) await writeRecord(file, { v: 1, name: request.name, ...installed, lock });
    request.packages?.onUse?.(key, { ...installed, lock });
    return { ...installed, directory };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const moveTo = async (directory: string, temporary: string): Promise<void> => {
  await rename(temporary, directory).catch((error: unknown) => {
    // Someone else was first, with the same packages.
    if (!existsSync(directory)) throw error;
  });
};

const digestOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

const readable = (text: string): string => text.replaceAll(/[^A-Za-z0-9._@-]/g, "+");

/** One for each package and version also where file names ignore case. */
const lockFile = ({ cacheDirectory, manager }: StoreRequest, spec: string): string =>
  join(cacheDirectory, "locks", `${readable(spec)}-${digestOf(manager, spec).slice(0, 12)}.json`);

const packageDirectory = ({ cacheDirectory, manager, name }: StoreRequest, lock: DependencyLock): string =>
  join(cacheDirectory, "packages", `${readable(name)}-${digestOf(manager, lock)}`);

const readRecord = async (file: string): Promise<LockRecord | undefined> => {
  if (!existsSync(file)) return undefined;
  try {
    return LockRecord.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new ExpertStackError({
      code: "PACKAGE_INSTALL_FAILED",
      message: `What was stored of an install is damaged: ${file}`,
      remedy: "Delete this file and run again.",
      cause,
    });
  }
};

const writeRecord = async (file: string, record: LockRecord): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(record));
  await rename(temporary, file);
};
