/** What an expression of a workflow may name: `github`, `inputs`, `steps`, `needs`, `secrets`. */
export type Contexts = Readonly<Record<string, unknown>>;

/**
 * What `${{ }}` and a bare `if` mean, as far as the workflows of a registry need it: names with dots, strings, `true`,
 * `false`, `==`, `!=`, `&&`, `||`. @throws for anything else, so that a test never passes by not understanding
 */
export const evaluate = (text: string, contexts: Contexts): unknown => {
  const source = text.trim().replace(/^\$\{\{(.*)\}\}$/s, "$1");
  const or = source.split("||");
  if (or.length > 1) return or.reduce<unknown>((found, part) => found || evaluate(part, contexts), false);
  const and = source.split("&&");
  if (and.length > 1) return and.reduce<unknown>((found, part) => found && evaluate(part, contexts), true);
  const [, left, operator, right] = /^(.+?)(==|!=)(.+)$/s.exec(source) ?? [];
  if (left === undefined || right === undefined) return operand(source.trim(), contexts);
  return (evaluate(left, contexts) === evaluate(right, contexts)) === (operator === "==");
};

/** A text with its `${{ }}` filled in. What is not there is empty, as GitHub has it. */
export const filledIn = (text: string, contexts: Contexts): string =>
  text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner: string) => String(evaluate(inner, contexts) ?? ""));

const operand = (text: string, contexts: Contexts): unknown => {
  if (text === "true" || text === "false") return text === "true";
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (!/^[a-z]+(\.[A-Za-z_-]+)+$/.test(text)) throw new Error(`this expression is not known here: ${text}`);
  return text
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      contexts,
    );
};
