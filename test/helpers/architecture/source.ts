import { parseSync } from "rolldown/utils";

/** A node of the syntax tree, in ESTree's shape with TypeScript's additions. */
export type Node = { readonly type: string; readonly start: number; readonly end: number } & {
  readonly [key: string]: unknown;
};

export type Comment = { readonly value: string; readonly start: number; readonly end: number };

/** A parsed file. `path` is from the repository's root, with slashes. */
export type Source = {
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  readonly comments: readonly Comment[];
};

export type Violation = { readonly path: string; readonly line: number; readonly message: string };

/** One rule of the architecture: what is wrong with these files, and where. */
export type Rule = {
  readonly name: string;
  readonly check: (files: readonly Source[]) => readonly Violation[];
};

/** @throws Error when the text is not TypeScript: a file that cannot be read must not pass. */
export const parseSource = (path: string, text: string): Source => {
  const { program, comments, errors } = parseSync(path, text, { lang: "ts", sourceType: "module" });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  if (!isNode(program)) throw new Error(`${path} has no syntax tree`);
  return { path, text, program, comments };
};

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** A violation at a node. */
export const at = (source: Source, node: { readonly start: number }, message: string): Violation => ({
  path: source.path,
  line: lineAt(source.text, node.start),
  message,
});

export const describeViolation = ({ path, line, message }: Violation): string => `${path}:${line} ${message}`;

/** A rule that looks at one file at a time. */
export const perFile = (name: string, check: (source: Source) => readonly Violation[]): Rule => ({
  name,
  check: (files) => files.flatMap(check),
});
