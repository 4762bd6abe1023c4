import { isNode, type Node } from "./source.ts";

/** Where a node hangs: `parent[key]` is the node, or a list that holds it. */
export type Place = { readonly node: Node; readonly parent: Node | undefined; readonly key: string };

/** Every node of a tree, parents before children. */
export const places = (root: Node): readonly Place[] => {
  const found: Place[] = [];
  const visit = (node: Node, parent: Node | undefined, key: string): void => {
    found.push({ node, parent, key });
    for (const [name, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) visit(child, node, name);
      }
    }
  };
  visit(root, undefined, "");
  return found;
};

export const nodesOf = (root: Node, ...types: readonly string[]): readonly Node[] =>
  places(root)
    .map(({ node }) => node)
    .filter(({ type }) => types.includes(type));

/** The name, when the value is an identifier. */
export const nameOf = (value: unknown): string | undefined =>
  isNode(value) && value.type === "Identifier" && typeof value.name === "string" ? value.name : undefined;

/** The text, when the value is a string literal or a template without holes. */
export const stringOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined;
  if (value.type === "Literal") return typeof value.value === "string" ? value.value : undefined;
  if (value.type !== "TemplateLiteral" || listOf(value.expressions).length > 0) return undefined;
  const raw = listOf(value.quasis)[0]?.value;
  return typeof raw === "object" && raw !== null && "cooked" in raw ? String(raw.cooked) : undefined;
};

export const listOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** What `object.name`, `object["name"]` and `object?.name` call their property. */
export const propertyOf = (member: Node): string | undefined =>
  member.computed === true ? stringOf(member.property) : nameOf(member.property);
