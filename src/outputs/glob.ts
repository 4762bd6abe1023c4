/** Whether a name fits one of some patterns, in which `*` is any text; case does not count, as on GitHub. */
export const fitsAny = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => toExpression(pattern).test(name));

const toExpression = (pattern: string): RegExp => {
  const literals = pattern.split(/\*+/).map((text) => text.replace(/[.+?^${}()|[\]\\/-]/g, "\\$&"));
  return new RegExp(`^${literals.join("[^]*")}$`, "i");
};
