import * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import { configPath } from "./index-place.ts";
import { isLegalRef } from "./publish-tag.ts";

/** How a registry is set up: `registry-index/config.json` on its default branch. */
export const RegistryConfig = z.looseObject({
  v: z._default(z.literal(1), 1),
  /** Where the index lies when not on the default branch. */
  indexBranch: z.exactOptional(
    z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/), z.refine(isLegalRef)),
  ),
});
export type RegistryConfig = z.infer<typeof RegistryConfig>;

/**
 * @param text nothing where there is no such file
 * @param file for messages
 * @throws ExpertStackError INDEX_CORRUPT
 */
export const parseRegistryConfig = (text: string | undefined, file: string = configPath): RegistryConfig => {
  if (text === undefined) return { v: 1 };
  const parsed = RegistryConfig.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new ExpertStackError({
    code: "INDEX_CORRUPT",
    message: `${file}: it is not how a registry is set up.`,
    remedy: 'Write {"v":1}, or {"v":1,"indexBranch":"index"} where the index has a branch of its own.',
  });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
