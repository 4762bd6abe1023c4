import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import * as z from "zod/mini";

/** Keys and indexes from a workflow's top. */
export type Path = readonly (string | number)[];

/** `read-all`, `write-all`, or an access by permission. */
const Permissions = z.union([z.string(), z.nullable(z.record(z.string(), z.string()))]);
export type Permissions = z.infer<typeof Permissions>;

const Concurrency = z.union([
  z.string(),
  z.object({ group: z.string(), "cancel-in-progress": z.optional(z.union([z.boolean(), z.string()])) }),
]);
export type Concurrency = z.infer<typeof Concurrency>;

const Variables = z.optional(z.nullable(z.record(z.string(), z.unknown())));

const Step = z.object({
  id: z.optional(z.string()),
  uses: z.optional(z.string()),
  run: z.optional(z.string()),
  with: Variables,
  env: Variables,
});

const Job = z.object({
  if: z.optional(z.union([z.string(), z.boolean()])),
  permissions: z.optional(Permissions),
  concurrency: z.optional(Concurrency),
  env: Variables,
  steps: z.optional(z.array(Step)),
});

const Shape = z.object({
  on: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  permissions: z.optional(Permissions),
  concurrency: z.optional(Concurrency),
  env: Variables,
  jobs: z.record(z.string(), Job),
});

export type Step = z.infer<typeof Step> & {
  readonly path: Path;
  /** What `with:` says of an input, as text; empty when it says nothing. */
  readonly input: (name: string) => string;
};

export type Job = Omit<z.infer<typeof Job>, "steps"> & {
  readonly path: Path;
  readonly steps: readonly Step[];
};

/** A workflow file as far as rules look at it: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax */
export type Workflow = Omit<z.infer<typeof Shape>, "on" | "jobs"> & {
  /** What each event that starts it is narrowed by. */
  readonly events: ReadonlyMap<string, unknown>;
  readonly jobs: readonly Job[];
  /** From 1. Of what is not there, where it would be. */
  readonly placeOf: (path: Path) => Place;
};

export type Place = { readonly line: number; readonly column: number };

export type ReadWorkflow =
  | { readonly type: "workflow"; readonly workflow: Workflow }
  | { readonly type: "unreadable"; readonly place: Place; readonly reason: string };

export const readWorkflow = (text: string): ReadWorkflow => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    return { type: "unreadable", place: { line, column: col }, reason: error.message.split("\n")[0] ?? "" };
  }
  const shape = Shape.safeParse(document.toJS());
  const placeOf = placesIn(document, lines);
  if (!shape.success) {
    const [issue] = shape.error.issues;
    const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? key : String(key)));
    return {
      type: "unreadable",
      place: placeOf(path),
      reason: `\`${path.join(".")}\` is not what it should be`,
    };
  }
  const { on, jobs, ...rest } = shape.data;
  const named = Object.entries(jobs).map(([key, job]) => jobOf(job, ["jobs", key]));
  return { type: "workflow", workflow: { ...rest, events: eventsOf(on), jobs: named, placeOf } };
};

const eventsOf = (on: z.infer<typeof Shape>["on"]): ReadonlyMap<string, unknown> => {
  if (typeof on === "string") return new Map([[on, null]]);
  return new Map(Array.isArray(on) ? on.map((event) => [event, null] as const) : Object.entries(on));
};

const jobOf = ({ steps = [], ...job }: z.infer<typeof Job>, path: Path): Job => ({
  ...job,
  path,
  steps: steps.map((step, index) => ({
    ...step,
    path: [...path, "steps", index],
    input: (name) => String(step.with?.[name] ?? ""),
  })),
});

const placesIn =
  (document: Document, lines: LineCounter) =>
  (path: Path): Place => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset === undefined) continue;
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  };

/** Of a key where the path ends with one, else of an entry. */
const offsetOf = (document: Document, path: Path): number | undefined => {
  const above = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(above)) {
    const pair = above.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
};
