import * as z from "zod/mini";
import { Expert } from "./expert.ts";
import { expertNamePattern, isExpertName, maxExpertNameLength, parseExpertKey } from "./expert-name.ts";
import { isFileReference } from "./expert-reference.ts";
import { count, patterned, ruled, textList } from "./field.ts";
import { ProviderConfig } from "./provider.ts";
import { addressForms, isRegistryAddress } from "./registry-address.ts";

const expertName = z
  .string()
  .check(
    z.refine(isExpertName, {
      params: {
        expected: `name or @scope/name: lower case letters, digits, \`_\` and \`-\`, at most ${maxExpertNameLength} characters, no version`,
        remedy: 'Rename the table, such as [experts.code-review] or [experts."@scope/name"].',
      },
    }),
  )
  .register(z.globalRegistry, { pattern: expertNamePattern.source, maxLength: maxExpertNameLength });

/** How hard the model may think: a word, or tokens. */
const ReasoningBudget = z.union([
  z.enum(["none", "minimal", "low", "medium", "high"]),
  z.int().check(z.gte(0)),
]);

const registry = (description: string) =>
  ruled(
    isRegistryAddress,
    { expected: "the address of a git repository", remedy: `Write ${addressForms}.` },
    description,
  );

const scope = (description: string) =>
  patterned(
    /^@[a-z0-9][a-z0-9_-]*$/,
    { expected: "a scope", remedy: 'Write it with its @ and in lower case, such as "@acme".' },
    description,
  );

const Registries = z.strictObject({
  default: z.exactOptional(registry("The registry of scoped names whose scope has none of its own.")),
  scopes: z.exactOptional(
    z.record(scope("A scope."), registry("Its registry.")).register(z.globalRegistry, {
      description: "A scope's own registry, by scope. Nothing of the scope is looked for anywhere else.",
    }),
  ),
  direct: z.exactOptional(
    z
      .record(
        ruled(
          (value) => parseExpertKey(value)?.scope !== undefined && isExpertName(value),
          { expected: "@scope/name", remedy: 'Write the name alone, such as "@acme/triage".' },
          "A scoped name.",
        ),
        ruled(
          isFileReference,
          {
            expected: "a file at a tag or commit",
            remedy: 'Write "github:owner/repo//path/perstack.toml@v1.2.3".',
          },
          "Where its definition is.",
        ),
      )
      .register(z.globalRegistry, { description: "A file at a tag or commit, by Expert name." }),
  ),
  owns: z.exactOptional(
    z.array(scope("A scope.")).register(z.globalRegistry, {
      description: "Scopes whose Experts this file defines itself, whatever registry there is.",
    }),
  ),
});

/** `perstack.toml` as written, each key with its meaning for editors. */
export const ManifestFile = z
  .strictObject({
    provider: z.exactOptional(
      ProviderConfig.register(z.globalRegistry, {
        description: "Who serves the model, and how to reach it.",
      }),
    ),
    model: z.exactOptional(
      z
        .string()
        .check(z.minLength(1))
        .register(z.globalRegistry, { description: "The model's id, as the provider names it." }),
    ),
    reasoningBudget: z.exactOptional(
      ReasoningBudget.register(z.globalRegistry, {
        description: "How hard the model may think: none to high, or a number of tokens.",
      }),
    ),
    runtime: z.exactOptional(
      z.enum(["local", "cursor", "claude-code", "gemini", "docker"]).register(z.globalRegistry, {
        description: "Accepted for Perstack's sake; everything but local has no effect here.",
      }),
    ),
    maxSteps: z.exactOptional(count(1, "Generations the whole job may make.")),
    maxRetries: z.exactOptional(count(0, "How often a failed generation is tried again.")),
    timeout: z.exactOptional(count(1, "Milliseconds one generation or one tool call may take.")),
    experts: z.exactOptional(
      z.record(expertName, Expert).register(z.globalRegistry, { description: "The Experts, by name." }),
    ),
    registries: z.exactOptional(
      Registries.register(z.globalRegistry, {
        description: "Where scoped Experts come from.",
      }),
    ),
    perstackApiBaseUrl: z.exactOptional(
      ruled(
        (value) => URL.canParse(value) && new URL(value).protocol === "https:",
        { expected: "an https URL", remedy: 'Write it in full, such as "https://api.example.com".' },
        "Accepted for Perstack's sake.",
      ),
    ),
    perstackBaseSkillCommand: z.exactOptional(
      textList("Accepted for Perstack's sake, without effect: the base skill is part of the runner."),
    ),
    envPath: z.exactOptional(
      textList("Ignored: only the command line's --env-path reads environment files."),
    ),
  })
  .register(z.globalRegistry, {
    title: "perstack.toml",
    description: "Experts: declarative agents in plain text.",
  });
export type ManifestFile = z.infer<typeof ManifestFile>;
