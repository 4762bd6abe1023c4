/**
 * Whether a path, or a branch's name, fits one of some patterns: `*` is any text without a slash, `**` any text, and
 * `**` with a slash behind it also nothing at all. Case counts, as it does for git.
 */
export const pathFits = (path: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => toExpression(pattern).test(path));

const toExpression = (pattern: string): RegExp => {
  const parts = pattern.match(/\*\*+\/|\*\*+|\*|[^*]+/g) ?? [];
  return new RegExp(`^${parts.map(toSource).join("")}$`, "u");
};

const toSource = (part: string): string => {
  if (part === "*") return "[^/]*";
  if (!part.startsWith("*")) return part.replace(/[.+?^${}()|[\]\\/]/g, "\\$&");
  return part.endsWith("/") ? "(?:[^]*\\/)?" : "[^]*";
};
