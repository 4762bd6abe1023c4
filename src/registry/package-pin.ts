import * as z from "zod/mini";
import type { SkillPackage } from "../definition/skill-package.ts";

/** What the package of a skill consists of. */
export const PackagePin = z.object({
  version: z.string(),
  /** Of the package's own archive, as its registry states it. */
  integrity: z.string(),
  /** Every package that comes with it, each with version and hash: npm's `package-lock.json`, or `pylock.toml`. */
  lock: z.string(),
});
export type PackagePin = z.infer<typeof PackagePin>;

/** How a lock names a package: by its manager and as a definition asks for it. `npx search@1.2.3` */
export const packageKey = (
  manager: SkillPackage["manager"],
  { name, version }: Pick<SkillPackage, "name" | "version">,
): string => `${manager} ${name}${version === undefined ? "" : `@${version}`}`;
