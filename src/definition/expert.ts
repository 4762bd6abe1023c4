import * as z from "zod/mini";
import { parseExpertKey, tagPattern } from "./expert-name.ts";
import { patterned, ruled, text, textList } from "./field.ts";
import type { Immutable } from "./immutable.ts";
import { ProviderSkill, ProviderToolOptions } from "./provider-skill.ts";
import { Skill } from "./skill.ts";
import { isVersion } from "./version.ts";

const version = (description: string) =>
  ruled(
    isVersion,
    { expected: "a semantic version, MAJOR.MINOR.PATCH", remedy: 'Write three numbers, such as "1.0.0".' },
    description,
  );

const delegate = ruled(
  (value) => parseExpertKey(value) !== undefined,
  {
    expected: "an Expert's key: lower case letters, digits, `_` and `-`, perhaps with @scope/ and @version",
    remedy: 'Write the key of an Expert of this file, or a scoped name such as "@scope/name".',
  },
  "Key of an Expert of this file, or `@scope/name` of a registry.",
);

const tag = patterned(
  tagPattern,
  {
    expected: "lower case letters, digits, `_` and `-`, starting with a letter or digit",
    remedy: 'Write it in lower case without spaces, such as "code-review".',
  },
  "A word to find the Expert by.",
);

/** One `[experts.<name>]` table, normalised: what may be left out has its default. */
export const Expert = z.strictObject({
  version: z._default(version("Version of this definition."), "1.0.0"),
  minRuntimeVersion: z.exactOptional(
    version("Oldest version of this runner that can run the Expert; an older one refuses it."),
  ),
  description: z.exactOptional(
    text("What the Expert does. Experts that may delegate to it read this.").check(z.maxLength(2048)),
  ),
  instruction: z
    .string()
    .check(z.minLength(1), z.maxLength(20_480))
    .register(z.globalRegistry, { description: "Who the Expert is and how it works: its system prompt." }),
  skills: z._default(
    z.record(z.string(), Skill).register(z.globalRegistry, {
      description: "Where its tools come from, by name. The base skill is always there.",
    }),
    {},
  ),
  workspace: z.exactOptional(
    z.enum(["read", "private"]).register(z.globalRegistry, {
      description:
        "`read`: no tool of the base skill changes the workspace. `private`: an empty folder of the Run's own in its place.",
    }),
  ),
  delegates: z._default(
    z
      .array(delegate)
      .check(z.maxLength(255))
      .register(z.globalRegistry, { description: "Experts it may hand work to, each a tool of its own." }),
    [],
  ),
  tags: z._default(
    z
      .array(tag)
      .check(z.maxLength(8))
      .register(z.globalRegistry, { description: "Words to find the Expert by." }),
    [],
  ),
  providerTools: z.exactOptional(textList("Tools that the provider runs itself, such as webSearch.")),
  providerSkills: z.exactOptional(
    z
      .array(ProviderSkill)
      .register(z.globalRegistry, { description: "Skills that the provider runs on its own side." }),
  ),
  providerToolOptions: z.exactOptional(
    ProviderToolOptions.register(z.globalRegistry, { description: "Options of the provider's own tools." }),
  ),
});
export type Expert = Immutable<z.infer<typeof Expert>>;
