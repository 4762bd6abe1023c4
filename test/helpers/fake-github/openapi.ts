import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { z } from "zod";

const Schema = z.record(z.string(), z.unknown());
type Schema = z.infer<typeof Schema>;

const Extract = z.object({
  operations: z.record(
    z.string(),
    z.object({
      params: Schema,
      query: Schema,
      body: z.object({ required: z.boolean(), schema: Schema }).optional(),
      /** By status; false where no JSON is described. */
      responses: z.record(z.string(), z.union([Schema, z.literal(false)])),
    }),
  ),
  schemas: z.record(z.string(), Schema),
});

type Extract = z.infer<typeof Extract>;

export type Asked = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** GitHub's description, asked about one operation such as `GET /repos/{owner}/{repo}`. */
export type OpenApi = {
  /** What the description has against a request; empty when nothing. */
  requestComplaints(operation: string, asked: Asked): readonly string[];
  /** What the description has against our own JSON. */
  responseComplaints(operation: string, status: number, json: unknown): readonly string[];
  /** Compiles everything now, for those who measure the first request. */
  compile(): void;
};

const formats = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: (text: string) => URL.canParse(text),
  "uri-reference": true,
  "uri-template": true,
  int64: true,
  timestamp: true,
} as const;

/** Compiled in a hurry rather than well: most validators of a test run once. */
const newAjv = (coerceTypes: boolean): Ajv =>
  new Ajv({ strict: false, coerceTypes, formats, code: { optimize: false }, logger: false });

const complaints = (validate: ValidateFunction, value: unknown, what: string): readonly string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => {
        return `${what}${instancePath}: ${message ?? "is invalid"} ${JSON.stringify(params)}`;
      });

let loaded: OpenApi | undefined;

/** The extract, once a process; every validator is compiled when it is first needed. */
export const loadOpenApi = (): OpenApi => {
  loaded ??= load();
  return loaded;
};

const load = (): OpenApi => {
  const path = new URL("../../fixtures/fake-github/openapi-routes.json", import.meta.url);
  const extract = Extract.parse(JSON.parse(readFileSync(path, "utf8")));
  const openApi = describedBy(extract);
  const compile = (): void => {
    for (const [operation, { responses }] of Object.entries(extract.operations)) {
      openApi.requestComplaints(operation, { params: {}, query: {}, body: {} });
      for (const status of Object.keys(responses)) openApi.responseComplaints(operation, Number(status), {});
    }
  };
  return { ...openApi, compile };
};

/** Validators by what they check, made when they are first asked for. */
const validators = (extract: Extract) => {
  const compiled = new Map<string, ValidateFunction>();
  const from = (ajv: Ajv) => (key: string, schema: Schema) => {
    const validate = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, validate);
    return validate;
  };
  const strict = newAjv(false).addSchema({ $id: "github", schemas: extract.schemas });
  return { strict: from(strict), coercing: from(newAjv(true)) };
};

const describedBy = (extract: Extract): Omit<OpenApi, "compile"> => {
  const { strict, coercing } = validators(extract);
  const find = (operation: string) => {
    const found = extract.operations[operation];
    if (found === undefined) throw new Error(`${operation} is not in the extract of GitHub's description`);
    return found;
  };
  return {
    requestComplaints: (operation, asked) => {
      const { params, query, body } = find(operation);
      const bad = [
        ...complaints(coercing(`${operation} params`, params), { ...asked.params }, "path"),
        ...complaints(coercing(`${operation} query`, query), { ...asked.query }, "query"),
      ];
      if (asked.body === undefined) return body?.required === true ? [...bad, "body: is missing"] : bad;
      if (body === undefined) return [...bad, "body: is not expected"];
      return [...bad, ...complaints(strict(`${operation} body`, body.schema), asked.body, "body")];
    },
    responseComplaints: (operation, status, json) => {
      const described = find(operation).responses[String(status)];
      if (described === undefined && status < 400) return [`status ${status} is not described`];
      if (described === false) return json === undefined ? [] : ["a body is not described"];
      const schema = described ?? { $ref: "github#/schemas/basic-error" };
      return complaints(strict(`${operation} ${status}`, schema), json, "body");
    },
  };
};
