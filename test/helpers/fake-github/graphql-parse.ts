/** A GraphQL document, as far as the fake understands it: no directives, no subscriptions. */
export type GraphqlDocument = {
  readonly operation: "query" | "mutation";
  readonly selections: readonly Selection[];
  readonly fragments: ReadonlyMap<string, Fragment>;
};

export type Fragment = { readonly on: string; readonly selections: readonly Selection[] };

export type Selection =
  | {
      readonly type: "field";
      readonly name: string;
      readonly alias: string;
      readonly args: Readonly<Record<string, unknown>>;
      readonly selections: readonly Selection[];
    }
  | { readonly type: "inline"; readonly on: string | undefined; readonly selections: readonly Selection[] }
  | { readonly type: "spread"; readonly name: string };

type Tokens = { readonly list: readonly string[]; at: number };

const tokenPattern =
  /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[!$&()=:@[\]{|}]|#[^\n]*|[\s,]+|./g;

const tokenize = (text: string): Tokens => {
  const list = [...text.matchAll(tokenPattern)]
    .map(([token]) => token)
    .filter((token) => !/^[\s,#]/.test(token));
  return { list, at: 0 };
};

const peek = (tokens: Tokens): string => tokens.list[tokens.at] ?? "end of file";

const next = (tokens: Tokens): string => {
  const token = peek(tokens);
  tokens.at += 1;
  return token;
};

const accept = (tokens: Tokens, token: string): boolean => {
  if (peek(tokens) !== token) return false;
  tokens.at += 1;
  return true;
};

const expect = (tokens: Tokens, token: string): void => {
  const found = next(tokens);
  if (found !== token) throw new SyntaxError(`Expected ${token}, actual: ${found}`);
};

const name = (tokens: Tokens): string => {
  const found = next(tokens);
  if (!/^[A-Za-z_]\w*$/.test(found)) throw new SyntaxError(`Expected NAME, actual: ${found}`);
  return found;
};

type Variables = Readonly<Record<string, unknown>>;

const variable = (tokens: Tokens, variables: Variables): unknown => {
  const key = name(tokens);
  if (!(key in variables)) throw new SyntaxError(`Variable $${key} is used but not provided`);
  return variables[key];
};

const value = (tokens: Tokens, variables: Variables): unknown => {
  const token = next(tokens);
  if (token === "$") return variable(tokens, variables);
  if (token.startsWith('"""')) return token.slice(3, -3);
  if (/^["\-\d]/.test(token) || ["true", "false", "null"].includes(token)) return JSON.parse(token);
  if (token === "[") {
    const items: unknown[] = [];
    while (!accept(tokens, "]")) items.push(value(tokens, variables));
    return items;
  }
  if (token === "{") return members(tokens, variables, "}");
  if (/^[A-Za-z_]/.test(token)) return token;
  throw new SyntaxError(`Unexpected ${token}`);
};

const members = (tokens: Tokens, variables: Variables, end: string): Record<string, unknown> => {
  const found: Record<string, unknown> = {};
  while (!accept(tokens, end)) {
    const key = name(tokens);
    expect(tokens, ":");
    found[key] = value(tokens, variables);
  }
  return found;
};

const fragmentSelection = (tokens: Tokens, variables: Variables): Selection => {
  if (accept(tokens, "on")) {
    const on = name(tokens);
    return { type: "inline", on, selections: selectionSet(tokens, variables) };
  }
  if (peek(tokens) === "{") {
    return { type: "inline", on: undefined, selections: selectionSet(tokens, variables) };
  }
  return { type: "spread", name: name(tokens) };
};

const selection = (tokens: Tokens, variables: Variables): Selection => {
  if (accept(tokens, "...")) return fragmentSelection(tokens, variables);
  const alias = name(tokens);
  const field = accept(tokens, ":") ? name(tokens) : alias;
  const args = accept(tokens, "(") ? members(tokens, variables, ")") : {};
  const selections = peek(tokens) === "{" ? selectionSet(tokens, variables) : [];
  return { type: "field", name: field, alias, args, selections };
};

const selectionSet = (tokens: Tokens, variables: Variables): readonly Selection[] => {
  expect(tokens, "{");
  const found: Selection[] = [];
  while (!accept(tokens, "}")) found.push(selection(tokens, variables));
  return found;
};

/** `($owner: String!, $number: Int = 1)`; a default counts where no variable was sent. */
const variableDefinitions = (tokens: Tokens, sent: Variables): Variables => {
  const defaults: Record<string, unknown> = {};
  if (!accept(tokens, "(")) return sent;
  while (!accept(tokens, ")")) {
    expect(tokens, "$");
    const key = name(tokens);
    expect(tokens, ":");
    while (accept(tokens, "["));
    name(tokens);
    while (accept(tokens, "]") || accept(tokens, "!"));
    defaults[key] = accept(tokens, "=") ? value(tokens, {}) : null;
  }
  const unknown = Object.keys(sent).find((key) => !(key in defaults));
  if (unknown !== undefined) throw new SyntaxError(`Variable $${unknown} is provided but not declared`);
  return { ...defaults, ...sent };
};

/** @throws SyntaxError in GitHub's manner of speaking */
export const parseGraphql = (text: string, sent: Variables): GraphqlDocument => {
  const tokens = tokenize(text);
  const fragments = new Map<string, Fragment>();
  let operation: GraphqlDocument["operation"] = "query";
  let selections: readonly Selection[] = [];
  while (tokens.at < tokens.list.length) {
    if (accept(tokens, "fragment")) {
      const key = name(tokens);
      expect(tokens, "on");
      fragments.set(key, { on: name(tokens), selections: selectionSet(tokens, sent) });
      continue;
    }
    if (accept(tokens, "mutation")) operation = "mutation";
    else accept(tokens, "query");
    if (/^\w/.test(peek(tokens))) name(tokens);
    selections = selectionSet(tokens, variableDefinitions(tokens, sent));
  }
  return { operation, selections, fragments };
};
