import { createHash } from "node:crypto";

export type GitObject = { readonly type: "blob" | "tree" | "commit" | "tag"; readonly data: Buffer };

/** Git's object database of one repository network: real object ids to real bytes. */
export type GitObjects = Map<string, GitObject>;

export type GitMode = "100644" | "100755" | "120000" | "160000" | "40000";

export type TreeEntry = { readonly mode: string; readonly name: string; readonly sha: string };

export type GitPerson = { readonly name: string; readonly email: string; readonly date: string };

export type Commit = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: GitPerson;
  readonly committer: GitPerson;
  readonly message: string;
};

/** The id git gives these bytes. */
export const objectId = (object: GitObject): string =>
  createHash("sha1").update(`${object.type} ${object.data.length}\0`).update(object.data).digest("hex");

export const putObject = (objects: GitObjects, object: GitObject): string => {
  const sha = objectId(object);
  objects.set(sha, object);
  return sha;
};

/** Git orders a tree as if a folder's name ended in a slash. */
const sortName = (entry: TreeEntry): string => (entry.mode === "40000" ? `${entry.name}/` : entry.name);

export const putTree = (objects: GitObjects, entries: readonly TreeEntry[]): string => {
  const sorted = entries.toSorted((a, b) =>
    Buffer.compare(Buffer.from(sortName(a)), Buffer.from(sortName(b))),
  );
  const data = Buffer.concat(
    sorted.map((entry) =>
      Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.sha, "hex")]),
    ),
  );
  return putObject(objects, { type: "tree", data });
};

const personLine = (person: GitPerson): string =>
  `${person.name} <${person.email}> ${Math.floor(Date.parse(person.date) / 1000)} +0000`;

export const putCommit = (objects: GitObjects, commit: Commit): string => {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${personLine(commit.author)}`,
    `committer ${personLine(commit.committer)}`,
    "",
    commit.message,
  ];
  return putObject(objects, { type: "commit", data: Buffer.from(lines.join("\n")) });
};

const parsePerson = (line: string): GitPerson => {
  const match = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(line);
  if (match === null) throw new Error(`not a git signature: ${line}`);
  const [, name = "", email = "", seconds = "0"] = match;
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z") };
};

const headerLines = (text: string): { readonly headers: [string, string][]; readonly message: string } => {
  const end = text.indexOf("\n\n");
  const headers = text
    .slice(0, end)
    .split("\n")
    .filter((line) => !line.startsWith(" "))
    .map((line): [string, string] => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    });
  return { headers, message: text.slice(end + 2) };
};

/** @returns undefined when there is no such commit. */
export const readCommit = (objects: GitObjects, sha: string): Commit | undefined => {
  const object = objects.get(sha);
  if (object?.type !== "commit") return undefined;
  const { headers, message } = headerLines(object.data.toString("utf8"));
  const values = (name: string) => headers.filter(([key]) => key === name).map(([, value]) => value);
  const [tree = ""] = values("tree");
  const [author = ""] = values("author");
  const [committer = ""] = values("committer");
  return {
    tree,
    parents: values("parent"),
    author: parsePerson(author),
    committer: parsePerson(committer),
    message,
  };
};

/** Follows annotated tags to what they name. */
export const peel = (objects: GitObjects, sha: string): string => {
  const object = objects.get(sha);
  if (object?.type !== "tag") return sha;
  const target = headerLines(object.data.toString("utf8")).headers.find(([key]) => key === "object");
  return target === undefined ? sha : peel(objects, target[1]);
};

export const readTree = (objects: GitObjects, sha: string): readonly TreeEntry[] | undefined => {
  const object = objects.get(sha);
  if (object?.type !== "tree") return undefined;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < object.data.length; ) {
    const nul = object.data.indexOf(0, at);
    const [mode = "", ...name] = object.data.toString("utf8", at, nul).split(" ");
    entries.push({ mode, name: name.join(" "), sha: object.data.toString("hex", nul + 1, nul + 21) });
    at = nul + 21;
  }
  return entries;
};
