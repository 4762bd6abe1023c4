import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./message.ts";

/** Subschemas, with every `$ref` written out. ajv needs half a second to compile the worst of this size. */
const maxSchemas = 1_000;
/** Characters of the rest that counts, as JSON: names of properties, values of `enum`. */
const maxCharacters = 64 * 1024;
/** Levels of subschemas. */
const maxDepth = 64;

/**
 * A schema that a server wrote, as one that can be compiled and run without harm: its `$ref`s written out, and without
 * `pattern`, `patternProperties` and `format`, since one expression can take for ever. It refuses nothing that the
 * schema itself allows. What else it holds that is no validation of draft 7 is left out.
 *
 * @throws when it refers to itself or to what is not in it, and when it gets too large
 */
export const boundedSchema = (root: JsonObject): JsonObject => {
  const expansion = { root, schemas: maxSchemas, characters: maxCharacters };
  return expandedObject(root, expansion, 0).schema;
};

type Expansion = { readonly root: JsonObject; schemas: number; characters: number };

/** `loose` when it allows more than what it was made from: what turns on its refusals must then go. */
type Expanded<Schema> = { readonly schema: Schema; readonly loose: boolean };

const plainKeywords = [
  ...["type", "nullable", "enum", "const", "required", "multipleOf"],
  ...["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength"],
  ...["maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"],
];
const schemaKeywords = [
  ...["additionalProperties", "propertyNames", "items", "additionalItems", "contains"],
  ...["allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
];
const namedKeywords = ["properties", "dependencies"];
const matchers = ["pattern", "patternProperties", "format"];

const expandedObject = (schema: JsonObject, expansion: Expansion, depth: number): Expanded<JsonObject> => {
  // An identity of its own would change what the references below it mean.
  if (depth > 0 && "$id" in schema) throw new RangeError("The schema has another schema in it.");
  const loose = new Set(matchers.filter((keyword) => keyword in schema));
  const expand =
    (keyword: string) =>
    (value: JsonValue): JsonValue => {
      const inner = expanded(value, expansion, depth + 1);
      if (inner.loose) loose.add(keyword);
      return inner.schema;
    };
  const entries = Object.entries(schema).flatMap(
    ([keyword, value]): readonly (readonly [string, JsonValue])[] => {
      if (plainKeywords.includes(keyword)) return [[keyword, counted(value, expansion)]];
      if (namedKeywords.includes(keyword)) {
        counted(Object.keys(value ?? {}), expansion);
        return [[keyword, named(value, expand(keyword))]];
      }
      // Which properties are additional is not known without the patterns.
      if (keyword === "additionalProperties" && "patternProperties" in schema) return [];
      if (!schemaKeywords.includes(keyword)) return [];
      return [[keyword, Array.isArray(value) ? value.map(expand(keyword)) : expand(keyword)(value)]];
    },
  );
  const further = schema.$ref === undefined ? [] : [expand("$ref")(referred(expansion.root, schema.$ref))];
  const whole = withoutReversals(Object.fromEntries(entries), loose);
  return { schema: joined(whole, further), loose: loose.size > 0 };
};

const expanded = (value: JsonValue, expansion: Expansion, depth: number): Expanded<JsonValue> => {
  expansion.schemas -= 1;
  if (expansion.schemas < 0 || depth > maxDepth) throw new RangeError("The schema is too large.");
  if (isObject(value)) return expandedObject(value, expansion, depth);
  return { schema: counted(value, expansion), loose: false };
};

const counted = (value: JsonValue, expansion: Expansion): JsonValue => {
  expansion.characters -= JSON.stringify(value).length;
  if (expansion.characters < 0) throw new RangeError("The schema is too large.");
  return value;
};

const named = (value: JsonValue, expand: (member: JsonValue) => JsonValue): JsonValue =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]))
    : value;

/**
 * These refuse what the schemas in them allow, so they go where those allow too much. Of `oneOf` it is left that one
 * at least has to fit.
 */
const withoutReversals = (schema: JsonObject, loose: ReadonlySet<string>): JsonObject => {
  const gone = ["not", "if", "oneOf"].filter((keyword) => loose.has(keyword));
  if (gone.includes("if")) gone.push("then", "else");
  const kept = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !gone.includes(keyword)));
  return gone.includes("oneOf") ? joined(kept, [{ anyOf: schema.oneOf ?? [] }]) : kept;
};

const joined = (schema: JsonObject, further: readonly JsonValue[]): JsonObject => {
  if (further.length === 0) return schema;
  const all = Array.isArray(schema.allOf) ? schema.allOf : [];
  return { ...schema, allOf: [...all, ...further] };
};

/** What a reference within the document names (RFC 6901). */
const referred = (root: JsonObject, reference: JsonValue): JsonValue => {
  if (typeof reference !== "string" || !/^#(?:\/|$)/.test(reference)) {
    throw new RangeError("The schema refers to another one.");
  }
  const names = decodeURIComponent(reference.slice(1)).split("/").slice(1);
  return names
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<JsonValue>((value, name) => memberOf(value, name), root);
};

const memberOf = (value: JsonValue, name: string): JsonValue => {
  const member = Object.entries(value ?? {}).find(([key]) => key === name);
  if (member === undefined) throw new RangeError("The schema refers to what is not in it.");
  return member[1];
};
