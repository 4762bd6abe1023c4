import { Ajv } from "ajv";
import { boundedSchema } from "./bounded-schema.ts";
import type { JsonObject } from "./message.ts";

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  // What it saves in a run it loses many times over in compiling.
  code: { optimize: false },
  validateFormats: false,
  logger: false,
  // A schema is not checked against the schema of schemas, whose compiling is 50 ms of a job's first tool call. A
  // keyword whose value is of the wrong type fails to compile all the same.
  validateSchema: false,
  meta: false,
});

/** What is told of one value, in faults and in characters: names in it are the server's. */
const maxViolations = 50;
const maxCharacters = 10_000;

/**
 * Checks a tool call's arguments against the tool's JSON Schema. Its server wrote that, so it is checked as
 * `boundedSchema` has it. Never throws.
 *
 * @returns nothing when they fit, else one line for the model to correct itself by. A schema that is too large, refers
 *   to itself or cannot be compiled checks nothing: the tool's owner still sees the arguments and answers for itself.
 */
export const argumentsError = (schema: JsonObject, args: JsonObject): string | undefined => {
  try {
    const validate = compiled(schema);
    return validate === undefined ? undefined : violations(validate, args, "arguments");
  } catch {
    return undefined;
  }
};

/**
 * Checks an answer against the schema that a person wrote, as it is. Never throws.
 *
 * @returns nothing when it fits, else one line for the model; also when the schema cannot be used, since an answer
 *   that nobody checked must not pass for one that was.
 */
export const answerError = (schema: JsonObject, answer: JsonObject): string | undefined => {
  try {
    const validate = answers.get(schema) ?? ajv.compile(withoutIdentity(schema));
    answers.set(schema, validate);
    return violations(validate, answer, "answer");
  } catch (error) {
    return `the answer cannot be checked: ${reasonOf(error)}`;
  }
};

/** Why a schema that a person wrote cannot be used, or nothing when it can. */
export const schemaError = (schema: JsonObject): string | undefined => {
  try {
    ajv.compile(withoutIdentity(schema))({});
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
};

type Validate = ReturnType<typeof ajv.compile>;

const violations = (validate: Validate, value: JsonObject, called: string): string | undefined => {
  if (validate(value)) return undefined;
  const shown = validate.errors?.slice(0, maxViolations);
  return ajv.errorsText(shown, { dataVar: called, separator: "; " }).slice(0, maxCharacters);
};

const tools = new WeakMap<JsonObject, Validate | undefined>();
const answers = new WeakMap<JsonObject, Validate>();

const compiled = (schema: JsonObject): Validate | undefined => {
  if (tools.has(schema)) return tools.get(schema);
  const validate = compile(schema);
  tools.set(schema, validate);
  return validate;
};

const compile = (schema: JsonObject): Validate | undefined => {
  try {
    return ajv.compile(boundedSchema(schema));
  } catch {
    return undefined;
  }
};

const reasonOf = (error: unknown): string => {
  // What a stack that is used up says.
  if (error instanceof RangeError) return "it refers to itself without end";
  return error instanceof Error ? error.message : String(error);
};

/**
 * `$id` and `$schema` name documents of the tool's owner: ids would collide, dialects would not be found. `$async`
 * would turn the verdict into a promise, which is neither awaited nor false.
 */
const withoutIdentity = (schema: JsonObject): JsonObject => {
  const { $id: _id, $schema: _dialect, $async: _async, ...rest } = schema;
  return rest;
};
