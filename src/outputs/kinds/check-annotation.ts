import * as z from "zod/mini";
import { type JsonSchema, objectSchema } from "../tool-schema.ts";

/** A remark beside lines of a file: https://docs.github.com/rest/checks/runs#create-a-check-run */
export const PlannedAnnotation = z.object({
  path: z.string(),
  /** From 1. */
  startLine: z.int().check(z.minimum(1)),
  endLine: z.int().check(z.minimum(1)),
  level: z.enum(["notice", "warning", "failure"]),
  message: z.string(),
});
export type PlannedAnnotation = Readonly<z.infer<typeof PlannedAnnotation>>;

/** Characters. GitHub takes 64 KB for a message, which nobody reads beside a line. */
const longest = { path: 1_024, message: 4_000 } as const;

export const annotationsSchema = (maxItems: number): JsonSchema => ({
  type: "array",
  maxItems,
  items: objectSchema({
    path: {
      type: "string",
      description: "From the root of the repository.",
      minLength: 1,
      maxLength: longest.path,
    },
    startLine: { type: "integer", minimum: 1 },
    endLine: { type: "integer", minimum: 1, description: "The start line, where it is one line." },
    level: { enum: ["notice", "warning", "failure"] },
    message: { type: "string", description: "Plain text.", minLength: 1, maxLength: longest.message },
  }),
});

/** Why annotations are refused: they are too many, or one is at no place of a file. */
export const annotationRefusal = (
  annotations: readonly PlannedAnnotation[],
  max: number,
): string | undefined => {
  if (annotations.length > max) return `At most ${max} annotations are allowed.`;
  const strange = annotations.find(({ path }) => !isRelative(path));
  if (strange !== undefined) {
    return `${JSON.stringify(strange.path)} is no path from the root of the repository, such as src/index.ts.`;
  }
  const backwards = annotations.find(({ startLine, endLine }) => endLine < startLine);
  if (backwards === undefined) return undefined;
  return `The annotation of ${backwards.path} ends in line ${backwards.endLine}, before it starts in line ${backwards.startLine}.`;
};

const isRelative = (path: string): boolean =>
  path !== "" &&
  !/[\p{Cc}\p{Cf}\\]/u.test(path) &&
  path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
