import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyDelta } from "../../../src/edges/registry/apply-delta.ts";
import { LargeObject, largestObject, ObjectReader } from "../../../src/edges/registry/object-reader.ts";
import { treeEntries } from "../../../src/edges/registry/tree-entries.ts";
import { UnusableClone } from "../../../src/edges/registry/unusable-clone.ts";
import { gitProgram } from "../../helpers/git-registry.ts";

type Format = "sha1" | "sha256";

type Repository = Disposable & {
  readonly objects: string;
  readonly format: Format;
  git(args: readonly string[], input?: string): Buffer;
};

const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];

const makeRepository = (format: Format): Repository => {
  const directory = mkdtempSync(join(tmpdir(), "expert-stack-objects-"));
  const git = (args: readonly string[], input = ""): Buffer =>
    execFileSync(gitProgram, ["-C", directory, ...identity, ...args], { input, maxBuffer: 2 ** 28 });
  git(["init", "--quiet", `--object-format=${format}`]);
  return {
    ...{ objects: join(directory, ".git", "objects"), format, git },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
};

/** Files that change a little from commit to commit, one that is empty, one of noise, and tags. */
const fill = ({ git }: Repository): void => {
  const files = (at: number) => ({
    "long.txt": Array.from({ length: 400 }, (_, line) => `${line} ${line % 40 === at ? at : "same"}`).join(
      "\n",
    ),
    "wide.txt": `${"x".repeat(70_000)}${at}${"y".repeat(90_000)}${at * 7}`,
    empty: "",
    [`deep/${at}/noise`]: Array.from({ length: 50 }, (_, index) => (index * 7919 * (at + 1)) % 9973).join(""),
  });
  const commits = Array.from({ length: 12 }, (_, at) => {
    const head = `commit refs/heads/main\ncommitter Ada <ada@example.com> ${1767225600 + at} +0000\ndata 1\n.\n`;
    const changes = Object.entries(files(at)).map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`,
    );
    return head + changes.join("");
  });
  git(["-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet"], commits.join(""));
  git(["tag", "-a", "v1", "-m", "One", "main"]);
  git(["tag", "-a", "v2", "-m", "A tag of a tag", "v1"]);
};

const idsOf = ({ git }: Repository): readonly string[] =>
  git(["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]).toString("utf8").trim().split("\n");

/** What git says of the objects: `<id> <type> <size>\n<content>\n`, again and again. */
const byGit = ({ git }: Repository, ids: readonly string[]) => {
  const output = git(["cat-file", "--batch"], `${ids.join("\n")}\n`);
  const objects: { id: string; type: string; content: Buffer }[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [id = "", type = "", size = "0"] = output.toString("latin1", at, end).split(" ");
    objects.push({ id, type, content: output.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 2 + Number(size);
  }
  return objects;
};

const never = new AbortController().signal;

const layouts: readonly (readonly [string, (repository: Repository) => void])[] = [
  ["files of their own", () => undefined],
  [
    "one pack whose deltas say how far back their base is",
    ({ git }) => void git(["repack", "-adfq", "--depth=50"]),
  ],
  [
    "one pack whose deltas name their base",
    ({ git }) => void git(["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50"]),
  ],
  ["one pack without deltas", ({ git }) => void git(["repack", "-adFq", "--depth=0", "--window=0"])],
];

describe.each(["sha1", "sha256"] as const)("given objects that are named by %s", (format) => {
  test.each(layouts)("in %s, each is what git says it is", async (_, arrange) => {
    using repository = makeRepository(format);
    fill(repository);
    arrange(repository);
    const ids = idsOf(repository);
    expect(ids.length).toBeGreaterThan(60);
    await using reader = new ObjectReader(repository.objects, format);
    const missing = "0".repeat(format === "sha1" ? 40 : 64);
    const [nothing, ...objects] = await reader.read([missing, ...ids], never);
    expect(nothing).toBeUndefined();
    expect(objects).toEqual(byGit(repository, ids));
  });

  test("what comes in later is found, too", async () => {
    using repository = makeRepository(format);
    fill(repository);
    await using reader = new ObjectReader(repository.objects, format);
    const [head] = await reader.read([idsOf(repository)[0] ?? ""], never);
    expect(head).toBeDefined();
    const id = repository.git(["hash-object", "-w", "--stdin"], "later").toString("utf8").trim();
    expect((await reader.read([id], never))[0]?.content.toString("utf8")).toBe("later");
  });
});

test("given an object that is larger than any of a registry's, then it is not read, in a pack or by itself", async () => {
  using repository = makeRepository("sha1");
  const id = repository
    .git(["hash-object", "-w", "--stdin"], "x".repeat(largestObject + 1))
    .toString("utf8")
    .trim();
  await using loose = new ObjectReader(repository.objects, "sha1");
  await expect(loose.read([id], never)).rejects.toBeInstanceOf(LargeObject);
  repository.git(["pack-objects", "--quiet", join(repository.objects, "pack", "pack")], `${id}\n`);
  await using packed = new ObjectReader(repository.objects, "sha1");
  await expect(packed.read([id], never)).rejects.toBeInstanceOf(LargeObject);
});

describe("given a pack of which a byte is another one", () => {
  let repository: Repository;
  beforeAll(() => {
    repository = makeRepository("sha1");
    fill(repository);
    repository.git(["repack", "-adfq", "--depth=50"]);
  });
  afterAll(() => repository[Symbol.dispose]());

  test.each([".pack", ".idx"])(
    "in its %s, nothing is read as what it is not, and no other error comes",
    async (end) => {
      const folder = join(repository.objects, "pack");
      const file = join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? "");
      const whole = readFileSync(file);
      const ids = idsOf(repository);
      const right = new Map(byGit(repository, ids).map((object) => [object.id, object]));
      let refused = 0;
      const place = fc.integer({ min: 0, max: whole.length - 1 });
      const attempt = async (at: number, byte: number): Promise<void> => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        rmSync(file, { force: true });
        writeFileSync(file, changed);
        await using reader = new ObjectReader(repository.objects, "sha1");
        for (const id of ids) {
          try {
            const [object] = await reader.read([id], never);
            if (object === undefined) refused += 1;
            else expect(object).toEqual(right.get(id));
          } catch (error) {
            if (!(error instanceof UnusableClone) && !(error instanceof LargeObject)) throw error;
            refused += 1;
          }
        }
      };
      await fc.assert(fc.asyncProperty(place, fc.integer({ min: 0, max: 255 }), attempt), { numRuns: 30 });
      rmSync(file, { force: true });
      writeFileSync(file, whole);
      expect(refused).toBeGreaterThan(0);
    },
  );
});

test("given a pack that has another object under an id, then that is not read for it", async () => {
  using repository = makeRepository("sha1");
  const idOf = (text: string) =>
    repository.git(["hash-object", "-w", "--stdin"], text).toString("utf8").trim();
  const [evil, good] = [idOf("evil"), idOf("good")];
  const folder = join(repository.objects, "pack");
  repository.git(["pack-objects", "--quiet", join(folder, "pack")], `${evil}\n`);
  for (const id of [evil, good])
    rmSync(join(repository.objects, id.slice(0, 2), id.slice(2)), { force: true });
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith(".idx")) ?? "");
  const index = readFileSync(file);
  // Its only id, and how many ids begin with each byte or a lower one.
  Buffer.from(good, "hex").copy(index, 8 + 256 * 4);
  for (let byte = 0; byte < 256; byte++)
    index.writeUInt32BE(byte < Number(`0x${good.slice(0, 2)}`) ? 0 : 1, 8 + byte * 4);
  rmSync(file);
  writeFileSync(file, index);
  await using reader = new ObjectReader(repository.objects, "sha1");
  await expect(reader.read([good], never)).rejects.toThrow(`the object ${good} was altered`);
});

test("given files among the packs that are none, then they are passed over, and nobody waits for them", async () => {
  using repository = makeRepository("sha1");
  fill(repository);
  repository.git(["repack", "-adfq"]);
  const folder = join(repository.objects, "pack");
  writeFileSync(join(folder, "pack-junk.idx"), "junk");
  execFileSync("mkfifo", [join(folder, "pack-pipe.idx")]);
  const index = readFileSync(
    join(folder, readdirSync(folder).find((name) => /^pack-.{40}\.idx$/.test(name)) ?? ""),
  );
  writeFileSync(join(folder, "pack-a.idx"), index);
  mkdirSync(join(folder, "pack-a.pack"));
  writeFileSync(join(folder, "pack-b.idx"), index);
  execFileSync("mkfifo", [join(folder, "pack-b.pack")]);
  const ids = idsOf(repository);
  await using reader = new ObjectReader(repository.objects, "sha1");
  expect(await reader.read(ids, never)).toEqual(byGit(repository, ids));
});

test("a tree that is not of the form of one is refused, wherever it ends", () => {
  const entry = Buffer.concat([Buffer.from("100644 a\0"), Buffer.alloc(20, 7)]);
  expect([...treeEntries(Buffer.concat([entry, entry]), 20).keys()]).toEqual(["a"]);
  for (const rest of ["100644 b", "100644", "100644 b\0", "\0"])
    expect(() => treeEntries(Buffer.concat([entry, Buffer.from(rest)]), 20)).toThrow(UnusableClone);
});

test("a delta makes what it says or is refused, and never takes what is not in its base", () => {
  const base = Buffer.from("0123456789".repeat(40));
  // 400 → 12: ten bytes from 20 on, then two new ones.
  const good = Buffer.from([0x90, 0x03, 0x0c, 0x91, 0x14, 0x0a, 0x02, 0x61, 0x62]);
  expect(applyDelta(base, good, 1000).toString("utf8")).toBe("0123456789ab");
  expect(() => applyDelta(base.subarray(1), good, 1000)).toThrow(UnusableClone);
  expect(() => applyDelta(base, good, 11)).toThrow(UnusableClone);
  // Ten bytes from 395 on are five too many.
  const over = Buffer.from([0x90, 0x03, 0x0a, 0x93, 0x8b, 0x01, 0x0a]);
  expect(() => applyDelta(base, over, 1000)).toThrow(UnusableClone);
  // Sixteen mebibytes a command, of which nothing is made once it does not fit.
  const bomb = Buffer.concat([Buffer.from([0x90, 0x03, 0x0c]), Buffer.alloc(1_000_000, 0x80)]);
  expect(() => applyDelta(base, bomb, 1000)).toThrow(UnusableClone);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      try {
        const made = applyDelta(base, Buffer.concat([good.subarray(0, 2), bytes]), 1000);
        expect(made.length).toBeLessThanOrEqual(1000);
      } catch (error) {
        if (!(error instanceof UnusableClone)) throw error;
      }
    }),
  );
});
