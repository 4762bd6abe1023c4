import { z } from "zod";
import { type GraphqlCall, queryNode } from "./graphql-nodes.ts";
import { type GraphqlDocument, parseGraphql, type Selection } from "./graphql-parse.ts";
import { type GraphNode, GraphqlFieldError, type Value } from "./graphql-text.ts";
import { appliesTo, complaintsOf } from "./graphql-types.ts";
import { apiError, ok, type Reply } from "./reply.ts";

const GraphqlBody = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

type FieldError = {
  readonly type: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
};

type Execution = { readonly document: GraphqlDocument; readonly errors: FieldError[] };

type Path = readonly (string | number)[];

const selectionsFor = (execution: Execution, node: GraphNode, selections: readonly Selection[]) =>
  selections.flatMap((selection): (Selection & { type: "field" })[] => {
    if (selection.type === "field") return [selection];
    const fragment =
      selection.type === "spread" ? execution.document.fragments.get(selection.name) : selection;
    if (fragment === undefined || (fragment.on !== undefined && !appliesTo(fragment.on, node.typeName)))
      return [];
    return selectionsFor(execution, node, fragment.selections);
  });

const isNode = (value: Value): value is GraphNode =>
  typeof value === "object" && value !== null && "typeName" in value;

const complete = (
  execution: Execution,
  value: Value,
  selections: readonly Selection[],
  path: Path,
): unknown => {
  if (Array.isArray(value)) {
    return value.map((item: Value, index) => complete(execution, item, selections, [...path, index]));
  }
  return isNode(value) ? executeNode(execution, value, selections, path) : value;
};

const executeNode = (
  execution: Execution,
  node: GraphNode,
  selections: readonly Selection[],
  path: Path,
): Record<string, unknown> =>
  Object.fromEntries(
    selectionsFor(execution, node, selections).map((field) => {
      const at = [...path, field.alias];
      if (field.name === "__typename") return [field.alias, node.typeName];
      try {
        const value = node.fields[field.name]?.(field.args) ?? null;
        return [field.alias, complete(execution, value, field.selections, at)];
      } catch (error) {
        if (!(error instanceof GraphqlFieldError)) throw error;
        execution.errors.push({ type: error.type, path: at, message: error.message });
        return [field.alias, null];
      }
    }),
  );

const answer = (call: GraphqlCall, document: GraphqlDocument): Reply => {
  const rootType = document.operation === "query" ? "Query" : "Mutation";
  const complaints = complaintsOf(document, rootType, document.selections, [document.operation]);
  if (complaints.length > 0) return ok({ errors: complaints });
  const execution: Execution = { document, errors: [] };
  const data = executeNode(execution, queryNode(call), document.selections, []);
  return ok(execution.errors.length === 0 ? { data } : { data, errors: execution.errors });
};

/** `POST /graphql`. What the schema does not have is an error, never an empty answer. @throws ApiError 400, 401 */
export const graphqlReply = (call: GraphqlCall, body: unknown): Reply => {
  if (call.caller.type === "anonymous") {
    throw apiError(401, "This endpoint requires you to be authenticated.");
  }
  const asked = GraphqlBody.safeParse(body);
  if (!asked.success) throw apiError(400, "A query attribute must be specified and must be a string.");
  try {
    return answer(call, parseGraphql(asked.data.query, asked.data.variables ?? {}));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return ok({ errors: [{ message: `Parse error: ${error.message}`, locations: [] }] });
  }
};
