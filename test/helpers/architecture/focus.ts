import { at, lineAt, type Node, perFile, type Source, type Violation } from "./source.ts";
import { listOf, nameOf, nodesOf, propertyOf } from "./walk.ts";

const suites = ["it", "test", "describe", "suite", "bench"];

/** A test that runs alone silences all others; one that never runs says so in a comment on its line or the one above. */
export const focusedTests = perFile("no test is focused, none skipped without a reason", (source) => [
  ...nodesOf(source.program, "MemberExpression")
    .filter((node) => suites.includes(rootName(node) ?? ""))
    .flatMap((node) => judge(source, node, propertyOf(node))),
  ...nodesOf(source.program, "CallExpression")
    .filter((node) => suites.includes(rootName(node.callee) ?? ""))
    .flatMap((node) => listOf(node.arguments).filter(({ type }) => type === "ObjectExpression"))
    .flatMap((options) => listOf(options.properties))
    .flatMap((property) => judge(source, property, nameOf(property.key))),
]);

/** `it` of `it.concurrent.each(table)`. */
const rootName = (value: unknown): string | undefined => {
  const [node] = listOf([value]);
  if (node === undefined) return undefined;
  return nameOf(node) ?? rootName(node.object ?? node.callee);
};

const judge = (source: Source, node: Node, name: string | undefined): readonly Violation[] => {
  if (name === "only") return [at(source, node, "runs alone: remove .only")];
  const mute = name === "skip" || name === "todo" || name === "fails";
  return mute && !hasReason(source, node)
    ? [at(source, node, `.${name} without a comment that says why`)]
    : [];
};

const hasReason = (source: Source, node: Node): boolean => {
  const line = lineAt(source.text, node.start);
  return source.comments.some((comment) => [line, line - 1].includes(lineAt(source.text, comment.end)));
};
