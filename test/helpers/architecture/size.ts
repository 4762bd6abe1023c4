import { at, lineAt, perFile } from "./source.ts";
import { nodesOf } from "./walk.ts";

const maxFileLines = 200;
const maxFunctionLines = 40;

export const fileSize = perFile(`files have at most ${maxFileLines} lines`, ({ path, text }) => {
  const lines = text.trimEnd().split("\n").length;
  return lines > maxFileLines ? [{ path, line: maxFileLines + 1, message: `has ${lines} lines` }] : [];
});

export const functionSize = perFile(`functions have at most ${maxFunctionLines} lines`, (source) =>
  nodesOf(source.program, "FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression").flatMap(
    (node) => {
      const lines = lineAt(source.text, node.end) - lineAt(source.text, node.start) + 1;
      return lines > maxFunctionLines ? [at(source, node, `a function of ${lines} lines`)] : [];
    },
  ),
);

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const drawer = /^(utils?|helpers?|managers?|types)$/;

export const fileNames = perFile("files are named in kebab-case after what they hold", ({ path }) => {
  const parts = path.replace(/\.ts$/, "").split("/");
  const wrong = parts.find((part) => !kebab.test(part));
  if (wrong !== undefined) return [{ path, line: 1, message: `${wrong} is not kebab-case` }];
  const vague = parts.flatMap((part) => part.split("-")).find((word) => drawer.test(word));
  return vague === undefined ? [] : [{ path, line: 1, message: `${vague} says nothing about what is in it` }];
});
