import { Ajv } from "ajv";
import type { JsonObject } from "./message.ts";

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  validateFormats: false,
  logger: false,
  // A schema is not checked against the schema of schemas, whose compiling is 50 ms of a job's first tool call. A
  // keyword whose value is of the wrong type fails to compile all the same.
  validateSchema: false,
  meta: false,
});

/**
 * Checks a tool call's arguments against the tool's JSON Schema.
 *
 * @returns nothing when they fit, else one line for the model to correct itself by. A schema that ajv cannot
 *   compile checks nothing: the tool's owner still sees the arguments and answers for itself.
 * @param called what that line calls the value
 */
export const argumentsError = (
  schema: JsonObject,
  args: JsonObject,
  called = "arguments",
): string | undefined => {
  const validate = compiled(schema);
  if (validate === undefined || validate(args)) return undefined;
  return ajv.errorsText(validate.errors, { dataVar: called, separator: "; " });
};

const cache = new WeakMap<JsonObject, ReturnType<typeof ajv.compile> | undefined>();

const compiled = (schema: JsonObject): ReturnType<typeof ajv.compile> | undefined => {
  if (cache.has(schema)) return cache.get(schema);
  const validate = compile(schema);
  cache.set(schema, validate);
  return validate;
};

/** Why a schema that a person wrote cannot be used, or nothing when it can. */
export const schemaError = (schema: JsonObject): string | undefined => {
  try {
    ajv.compile(withoutIdentity(schema));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const compile = (schema: JsonObject): ReturnType<typeof ajv.compile> | undefined => {
  try {
    return ajv.compile(withoutIdentity(schema));
  } catch {
    return undefined;
  }
};

/**
 * `$id` and `$schema` name documents of the tool's owner: ids would collide, dialects would not be found. `$async`
 * would turn the verdict into a promise, which is neither awaited nor false.
 */
const withoutIdentity = (schema: JsonObject): JsonObject => {
  const { $id: _id, $schema: _dialect, $async: _async, ...rest } = schema;
  return rest;
};
