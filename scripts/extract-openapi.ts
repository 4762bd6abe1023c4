/**
 * Writes the part of GitHub's own OpenAPI description that the fake GitHub's routes need, since the whole is
 * 13 MB. Run it after adding a route or moving to another release: `node scripts/extract-openapi.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";
import { routes } from "../test/helpers/fake-github/routes.ts";

const Tree = z.record(z.string(), z.unknown());
type Tree = z.infer<typeof Tree>;

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema: Tree,
});
const Content = z.object({ content: z.record(z.string(), z.object({ schema: Tree.optional() })).optional() });
const OperationSource = z.object({
  parameters: z.array(Tree).optional(),
  requestBody: Content.extend({ required: z.boolean().optional() }).optional(),
  responses: z.record(z.string(), Tree),
});
const Description = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), Tree)),
  components: z.record(z.string(), z.record(z.string(), Tree)),
});
type Description = z.infer<typeof Description>;

const prose = new Set([
  "description",
  "example",
  "examples",
  "title",
  "default",
  "discriminator",
  "deprecated",
]);

/** Places where GitHub answers null although its description says it never does. */
const alsoNull = [
  ["pull-request", "head", "repo"],
  ["pull-request-review-comment", "line"],
  ["pull-request-review-comment", "original_line"],
  ["pull-request-review-comment", "position"],
  ["pull-request-review-comment", "original_position"],
] as const;

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
const withNull = (schema: Tree): Tree => {
  const { nullable, ...rest } = schema;
  if (nullable !== true) return rest;
  if (Array.isArray(rest.enum)) rest.enum = [...new Set([...rest.enum, null])];
  if (typeof rest.type === "string") return { ...rest, type: [rest.type, "null"] };
  return { anyOf: [rest, { type: "null" }] };
};

/** Takes prose out, turns `nullable` around and points references at the extract. `names` are property names. */
const clean = (value: unknown, names: "keywords" | "names" = "keywords"): unknown => {
  if (Array.isArray(value)) return value.map((item) => clean(item));
  const tree = Tree.safeParse(value);
  if (!tree.success) return value;
  const entries = Object.entries(tree.data)
    .filter(([key]) => names === "names" || !(prose.has(key) || key.startsWith("x-")))
    .map(([key, item]): [string, unknown] => {
      if (key === "$ref" && typeof item === "string") return [key, item.replace("#/components/", "github#/")];
      return [key, clean(item, names === "keywords" && key === "properties" ? "names" : "keywords")];
    });
  const cleaned = Object.fromEntries(entries);
  return names === "names" ? cleaned : withNull(cleaned);
};

/** A request may hold only what is described, at every level that describes anything. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  const tree = Tree.safeParse(value);
  if (!tree.success) return value;
  const inside = Object.fromEntries(Object.entries(tree.data).map(([key, item]) => [key, closed(item)]));
  const describes = tree.data.type === "object" && tree.data.additionalProperties === undefined;
  return describes ? { ...inside, additionalProperties: false } : inside;
};

const deref = (description: Description, tree: Tree): Tree => {
  const ref = z.string().optional().parse(tree.$ref);
  if (ref === undefined) return tree;
  const [, , kind = "", name = ""] = ref.split("/");
  return deref(description, Tree.parse(description.components[kind]?.[name]));
};

/** `created` is described as a moment and is, by its own prose, a range in the words of GitHub's search: `>=2026-01-01`. */
const parametersIn = (description: Description, parameters: readonly Tree[], place: string) => {
  const found = parameters
    .map((parameter) => Parameter.parse(deref(description, parameter)))
    .filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(
      found.map(({ name, schema }) => [name, name === "created" ? { type: "string" } : clean(schema)]),
    ),
    required: found.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
};

const operationOf = (description: Description, method: string, template: string) => {
  const source = OperationSource.parse(description.paths[template]?.[method.toLowerCase()]);
  const body = source.requestBody?.content?.["application/json"]?.schema;
  const responses = Object.entries(source.responses).flatMap(([status, response]) => {
    const schema = Content.parse(deref(description, response)).content?.["application/json"]?.schema;
    return [[status, schema === undefined ? false : clean(schema)]];
  });
  return {
    params: parametersIn(description, source.parameters ?? [], "path"),
    query: parametersIn(description, source.parameters ?? [], "query"),
    ...(body === undefined
      ? {}
      : { body: { required: source.requestBody?.required ?? false, schema: closed(clean(body)) } }),
    responses: Object.fromEntries(responses),
  };
};

const referenced = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"github#\/schemas\/([^"]+)"/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );

const allowNull = (tree: Tree, [first, ...rest]: readonly string[]): Tree => {
  if (first === undefined) return { anyOf: [tree, { type: "null" }] };
  const properties = Tree.parse(tree.properties);
  return { ...tree, properties: { ...properties, [first]: allowNull(Tree.parse(properties[first]), rest) } };
};

const schemasFor = (description: Description, operations: unknown) => {
  const schemas: Record<string, unknown> = {};
  const queue = ["basic-error", ...referenced(operations)];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (name in schemas) continue;
    const plain = Tree.parse(clean(description.components.schemas?.[name]));
    const corrected = alsoNull
      .filter(([schema]) => schema === name)
      .reduce((schema, [, ...path]) => allowNull(schema, path), plain);
    schemas[name] = corrected;
    queue.push(...referenced(corrected));
  }
  return schemas;
};

/** One line an entry, so that a change of GitHub's description can be read in a diff. */
const lines = (tree: Readonly<Record<string, unknown>>): string =>
  Object.keys(tree)
    .sort()
    .map((key) => `    ${JSON.stringify(key)}: ${JSON.stringify(tree[key])}`)
    .join(",\n");

/** The extract as text. */
export const extractOpenApi = (): string => {
  const path = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
  const description = Description.parse(JSON.parse(readFileSync(path, "utf8")));
  const operations = Object.fromEntries(
    routes.map(({ method, template }) => [
      `${method} ${template}`,
      operationOf(description, method, template),
    ]),
  );
  return `{
  "source": "@octokit/openapi, API ${description.info.version}",
  "operations": {
${lines(operations)}
  },
  "schemas": {
${lines(schemasFor(description, operations))}
  }
}
`;
};

if (import.meta.main) {
  writeFileSync(
    new URL("../test/fixtures/fake-github/openapi-routes.json", import.meta.url),
    extractOpenApi(),
  );
}
