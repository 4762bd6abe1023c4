import * as z from "zod/mini";
import { count, text, textList } from "./field.ts";

/** A skill that the provider runs on its own side. */
export const ProviderSkill = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("builtin"),
    skillId: z
      .enum(["pdf", "docx", "pptx", "xlsx"])
      .register(z.globalRegistry, { description: "Which of the provider's document skills." }),
  }),
  z.strictObject({
    type: z.literal("custom"),
    name: text("Name of the skill.").check(z.minLength(1)),
    definition: text("Definition of the skill.").check(z.minLength(1)),
  }),
]);

/** Options of the web and file tools that the provider runs itself. */
export const ProviderToolOptions = z.strictObject({
  webSearch: z.exactOptional(
    z.strictObject({
      maxUses: z.exactOptional(count(1, "Searches a generation may make.")),
      allowedDomains: z.exactOptional(textList("Hosts the search may return.")),
    }),
  ),
  webFetch: z.exactOptional(
    z.strictObject({ maxUses: z.exactOptional(count(1, "Pages a generation may fetch.")) }),
  ),
  fileSearch: z.exactOptional(
    z.strictObject({
      vectorStoreIds: z.exactOptional(textList("Vector stores to search.")),
      maxNumResults: z.exactOptional(count(1, "Results a search may return.")),
    }),
  ),
});
