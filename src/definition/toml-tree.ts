import { type Cursor, readKey, skipString, skipVoid } from "./toml-cursor.ts";

/** A value of a document with the offsets where its key and it itself begin. */
export type TomlNode = {
  /** Offset of the key's last part; of the element in an array. */
  key: number | undefined;
  /** Offset of the value; of the header's bracket, or the brace, of a table. */
  value: number | undefined;
  /** By key, or by index as text. */
  readonly children: Map<string, TomlNode>;
  /** How many `[[headers]]` it has, when it is an array of tables. */
  tables: number;
};

const node = (): TomlNode => ({ key: undefined, value: undefined, children: new Map(), tables: 0 });

/** Reads a valid document's layout, not its values. */
export const tomlTree = (text: string): TomlNode => {
  const root = node();
  root.value = 0;
  const cursor: Cursor = { text, at: 0 };
  let table = root;
  for (skipVoid(cursor); cursor.at < text.length; skipVoid(cursor)) {
    if (text[cursor.at] === "[") table = readHeader(cursor, root);
    else readPair(cursor, table);
  }
  return root;
};

const readHeader = (cursor: Cursor, root: TomlNode): TomlNode => {
  const start = cursor.at;
  const isArray = cursor.text[start + 1] === "[";
  cursor.at += isArray ? 2 : 1;
  let table = descend(root, readKey(cursor));
  cursor.at += isArray ? 2 : 1;
  if (isArray) {
    const index = table.tables++;
    table.value ??= start;
    const key = table.key;
    table = childOf(table, String(index));
    table.key = key;
  }
  table.value = start;
  return table;
};

/** Follows a dotted key, through the last table of an array of tables, except at the key's end. */
const descend = (from: TomlNode, key: ReturnType<typeof readKey>): TomlNode => {
  let current = from;
  for (const [index, part] of key.entries()) {
    if (index > 0) current = lastTable(current);
    current = childOf(current, part.name);
    current.key ??= part.at;
    if (index === key.length - 1) current.key = part.at;
  }
  return current;
};

const lastTable = (of: TomlNode): TomlNode => (of.tables === 0 ? of : childOf(of, String(of.tables - 1)));

const childOf = (parent: TomlNode, name: string): TomlNode => {
  const child = parent.children.get(name) ?? node();
  parent.children.set(name, child);
  return child;
};

const readPair = (cursor: Cursor, table: TomlNode): void => {
  const target = descend(table, readKey(cursor));
  cursor.at++;
  skipVoid(cursor);
  readValue(cursor, target);
};

const readValue = (cursor: Cursor, target: TomlNode): void => {
  target.value = cursor.at;
  const first = cursor.text[cursor.at];
  if (first === "[") readItems(cursor, "]", (index) => readItem(cursor, target, index));
  else if (first === "{") readItems(cursor, "}", () => readPair(cursor, target));
  else if (first === '"' || first === "'") skipString(cursor);
  else skipScalar(cursor);
};

const readItem = (cursor: Cursor, array: TomlNode, index: number): void => {
  const item = childOf(array, String(index));
  item.key = cursor.at;
  readValue(cursor, item);
};

const readItems = (cursor: Cursor, end: "]" | "}", readOne: (index: number) => void): void => {
  cursor.at++;
  skipVoid(cursor);
  for (let index = 0; cursor.at < cursor.text.length && cursor.text[cursor.at] !== end; index++) {
    readOne(index);
    skipVoid(cursor);
    if (cursor.text[cursor.at] === ",") cursor.at++;
    skipVoid(cursor);
  }
  cursor.at++;
};

/** A number, boolean or date: up to what ends it. */
const skipScalar = (cursor: Cursor): void => {
  const end = /[,\]}#\r\n]/g;
  end.lastIndex = cursor.at;
  cursor.at = end.exec(cursor.text)?.index ?? cursor.text.length;
};
