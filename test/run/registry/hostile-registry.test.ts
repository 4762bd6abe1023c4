import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExpertStackError } from "../../../src/errors.ts";
import { definitionPath, indexPath, sha256 } from "../../../src/registry/index-path.ts";
import { askedFor } from "../../../src/run/registry/choice.ts";
import { chooseFile } from "../../../src/run/registry/file-choice.ts";
import { type RegistryWish, resolveRegistry } from "../../../src/run/registry/resolve-registry.ts";
import type { Registries } from "../../../src/run/registry-ports.ts";
import { startGitHttps } from "../../helpers/git-https.ts";
import { rating } from "../../helpers/index-lines.ts";
import {
  forged,
  lockOf,
  type ResolutionWorld,
  repinned,
  startResolutionWorld,
} from "../../helpers/resolution-world.ts";

let world: ResolutionWorld;
beforeEach(() => {
  world = startResolutionWorld();
});
afterEach(() => world[Symbol.dispose]());

/** Writes a file of the registry over, as who may push to it can. */
const overwrite = (path: string, content: string | Uint8Array): void =>
  void world.acme.commit({ [path]: content }, "Overwrite");

describe("an index", () => {
  test("that is damaged does not stop what is locked and kept here", async () => {
    world.publish(world.acme, "@acme/x@1.0.0");
    const first = await world.resolve(["@acme/x"]);
    overwrite(indexPath("@acme/x"), "damaged");
    const again = await world.resolve(["@acme/x"], { lockfile: lockOf(first), unlocked: "refuse: frozen" });
    expect(again.experts).toEqual(first.experts);
  });

  test("whose history was rewritten is refused when the lock is renewed, and the remedy is one that helps", async () => {
    world.publish(world.acme, "@acme/x@1.0.0");
    const before = world.acme.head();
    world.publish(world.acme, "@acme/x@1.1.0");
    const lockfile = lockOf(await world.resolve(["@acme/x"]));
    world.acme.git("reset", "--hard", before);
    await expect(world.resolve(["@acme/x"], { lockfile, isRenewed: () => true })).rejects.toMatchObject({
      code: "INDEX_REWOUND",
      remedy: expect.stringContaining("delete perstack.lock"),
    });
    expect((await world.resolve(["@acme/x"])).experts).toHaveLength(1);
  });
});

describe("a line of an index", () => {
  test("sends nobody to another host: what its registry lost is not fetched from where the line points", async () => {
    await using https = await startGitHttps();
    const { sha256 } = world.publish(world.acme, "@acme/x@1.0.0", {
      line: {
        src: {
          repo: `${https.host}/acme/x`,
          repoId: 1,
          tag: "@acme/x@1.0.0",
          commit: world.acme.head(),
          path: "experts/acme/x.toml",
        },
      },
    });
    https.serve("acme/x", world.acme.directory);
    world.acme.git("rm", "--quiet", definitionPath(sha256));
    world.acme.git("commit", "--quiet", "-m", "Lose it");
    await expect(world.resolve(["@acme/x"])).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: expect.stringContaining(
        `looked for at ${https.host}, which is another host than its registry's`,
      ),
    });
    expect(https.requests).toEqual([]);
  });

  test("that names its registry as the source is served from the tagged commit when the copy is lost", async () => {
    const { sha256 } = world.publish(world.acme, "@acme/x@1.0.0");
    world.acme.git("rm", "--quiet", definitionPath(sha256));
    world.acme.git("commit", "--quiet", "-m", "Lose it");
    expect((await world.resolve(["@acme/x"])).experts[0]?.pin.sha256).toBe(sha256);
  });
});

describe("a lock", () => {
  test.each([
    ["another name", "@acme/x@1", "@acme/y@1.0.0"],
    ["another version", "@acme/x@1", "@acme/x@2.0.0"],
    ["another exact version", "@acme/x@1.0.0", "@acme/x@2.0.0"],
  ])("that answers a request with %s is no lock", async (_, request, key) => {
    for (const each of ["@acme/x@1.0.0", "@acme/x@2.0.0", "@acme/y@1.0.0"]) world.publish(world.acme, each);
    const first = await world.resolve(["@acme/x@1", "@acme/x@1.0.0", "@acme/x@2", "@acme/y"]);
    const lockfile = forged(lockOf(first), request, key);
    const wish = { lockfile, unlocked: "refuse: frozen" } as const;
    await expect(world.resolve([request], wish)).rejects.toMatchObject({
      code: "LOCK_INVALID",
      message: `perstack.lock answers "${request}" with ${key}, which it is not.`,
    });
  });

  test("that answers for one scope with another's Expert is no lock, not even where both have one registry", async () => {
    for (const each of ["@acme/x@1.0.0", "@evil/x@1.0.0"]) world.publish(world.acme, each);
    const lockfile = forged(lockOf(await world.resolve(["@acme/x", "@evil/x"])), "@acme/x", "@evil/x@1.0.0");
    await expect(world.resolve(["@acme/x"], { lockfile })).rejects.toMatchObject({ code: "LOCK_INVALID" });
  });

  /** Bytes that were never published, where the registry's repository has them at a commit. */
  const unpublished = (text: string) => {
    const commit = world.acme.commit({ "evil.toml": text });
    return { commit, path: "evil.toml", blob: world.acme.git("rev-parse", "HEAD:evil.toml"), tag: "" };
  };

  test("that says another digest than was published is no lock where the index is read", async () => {
    world.publish(world.acme, "@acme/x@1.0.0");
    const lockfile = lockOf(await world.resolve(["@acme/x"]));
    const text = `[experts."@acme/x"]\nversion = "1.0.0"\ninstruction = "Evil."\n`;
    const pin = { ...unpublished(text), sha256: sha256(text) };
    world.forget();
    const wish = { lockfile: repinned(lockfile, pin), unlocked: "refuse: frozen" } as const;
    await expect(world.resolve(["@acme/x"], wish)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: expect.stringContaining(`perstack.lock says that @acme/x@1.0.0 is sha256:${pin.sha256}`),
    });
  });

  test("that says a version which was never published is no lock where the index is read", async () => {
    world.publish(world.acme, "@acme/x@1.0.0");
    const lockfile = lockOf(await world.resolve(["@acme/x"]));
    const text = `[experts."@acme/x"]\nversion = "1.0.1"\ninstruction = "Evil."\n`;
    const forgedLock = repinned(lockfile, { ...unpublished(text), sha256: sha256(text) }, "1.0.1");
    world.forget();
    const wish = { lockfile: forgedLock, unlocked: "refuse: frozen" } as const;
    await expect(world.resolve(["@acme/x"], wish)).rejects.toMatchObject({
      code: "VERSION_NOT_FOUND",
      message: "perstack.lock has @acme/x@1.0.1 from registry.test/acme/experts, which never published it.",
    });
  });

  test("that says other delegates than the definition has is no lock", async () => {
    world.publish(world.acme, "@acme/y@1.0.0");
    world.publish(world.acme, "@acme/x@1.0.0");
    const lockfile = lockOf(await world.resolve(["@acme/x", "@acme/y"]));
    const changed = {
      ...lockfile,
      experts: lockfile.experts.map((locked) => ({
        ...locked,
        expert: { ...locked.expert, delegates: locked.key.startsWith("@acme/x") ? ["@acme/y"] : [] },
      })),
    };
    await expect(world.resolve(["@acme/x"], { lockfile: changed })).rejects.toMatchObject({
      code: "LOCK_INVALID",
      message: "perstack.lock says that @acme/x@1.0.0 delegates to @acme/y, and it delegates to nobody.",
    });
  });

  test("is told to have been held against nothing where its registry cannot be asked", async () => {
    const { definition, commit } = world.publish(world.acme, "@acme/x@1.0.0");
    const lockfile = lockOf(await world.resolve(["@acme/x"]));
    const down = new ExpertStackError({
      code: "REGISTRY_UNREACHABLE",
      message: "It is down.",
      remedy: "Wait.",
    });
    const resolve = async (source: Registries["source"]) =>
      await resolveRegistry(
        { requests: ["@acme/x"], book: world.book, lockfile, unlocked: "refuse: frozen" },
        {
          ...{ ...unasked, source, open: async () => Promise.reject(down) },
          ...{ kept: async () => undefined, keep: async () => undefined },
        },
        new AbortController().signal,
      );
    const { experts, usage } = await resolve(async () => ({ content: definition, commit }));
    expect([experts.map(({ key }) => key), usage.unasked]).toEqual([["@acme/x@1.0.0"], [down]]);
    // What is wrong where it was published is said as it is; that it is not there, is not known for sure.
    const link = new ExpertStackError({ code: "PATH_ESCAPE", message: "A link.", remedy: "Tell." });
    await expect(resolve(async () => Promise.reject(link))).rejects.toBe(link);
    await expect(resolve(async () => undefined)).rejects.toBe(down);
  });

  test("of a version that was disabled for security's sake is told so where it has to be fetched", async () => {
    world.publish(world.acme, "@acme/x@1.0.0");
    const lockfile = lockOf(await world.resolve(["@acme/x"]));
    world.acme.append("@acme/x", rating("1.0.0", "disabled", "security: it leaks"));
    await expect(world.resolve(["@acme/x"])).rejects.toMatchObject({ code: "VERSION_DISABLED" });
    world.forget();
    const { usage } = await world.resolve(["@acme/x"], { lockfile });
    expect(usage.worn).toMatchObject([{ status: "disabled", reason: "security: it leaks" }]);
  });
});

describe("a name", () => {
  test("of a scope with a registry of its own is not looked for in the default one, also not by a delegate", async () => {
    world.publish(world.acme, "@corp/secret@9.0.0");
    world.publish(world.corp, "@corp/other@1.0.0");
    world.publish(world.acme, "@acme/x@1.0.0", { delegates: ["@corp/secret"] });
    for (const [request, by] of [
      ["@corp/secret", ""],
      ["@acme/x", ", which @acme/x@1.0.0 delegates to"],
    ] as const) {
      await expect(world.resolve([request])).rejects.toMatchObject({
        code: "VERSION_NOT_FOUND",
        message: `registry.test/corp/experts has no Expert "@corp/secret"${by}.`,
      });
    }
  });

  test.each([
    ...["@acme/__proto__", "__proto__", "@acme/Reviewer", "@acme/revіewer", "@acme/x@1.0.0-..", "@acme/../x"],
    ...["@acme/x@", "@acme/x@1.2.3.4", "@acme/x\n", "--upload-pack=touch"],
  ])("%j is asked of nobody", async (request) => {
    await expect(world.resolve([request])).rejects.toMatchObject({ code: "REFERENCE_INVALID" });
  });

  test.each([
    "@acme/constructor",
    "@hasownproperty/tostring",
    "@acme/con",
    "@acme/x@constructor",
    "@acme/x@1.0.0+a",
  ])("%j is a name like any other, and not there", async (request) => {
    world.publish(world.acme, "@acme/x@1.0.0");
    await expect(world.resolve([request])).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  });

  test("that comes back to itself over other Experts is a cycle, named with its path", async () => {
    world.publish(world.acme, "@acme/x@1.0.0", { delegates: ["@acme/y"] });
    world.publish(world.acme, "@acme/y@1.0.0", { delegates: ["@acme/z"] });
    world.publish(world.acme, "@acme/z@1.0.0", { delegates: ["@acme/x@1"] });
    await expect(world.resolve(["@acme/x"])).rejects.toMatchObject({
      code: "DELEGATE_CYCLE",
      message: expect.stringContaining("@acme/x@1.0.0 → @acme/y@1.0.0 → @acme/z@1.0.0 → @acme/x@1.0.0"),
    });
  });

  test("that is nine delegations away is too far, and one that is eight is not", async () => {
    for (let at = 0; at < 10; at++) {
      const delegates = at === 9 ? [] : [`@acme/n${at + 1}`];
      world.publish(world.acme, `@acme/n${at}@1.0.0`, { delegates });
    }
    expect((await world.resolve(["@acme/n1"])).experts).toHaveLength(9);
    await expect(world.resolve(["@acme/n0"])).rejects.toMatchObject({ code: "DELEGATION_TOO_DEEP" });
  });

  test("that is said to be a file is asked for in a version that the file has", async () => {
    const { definition, commit } = world.publish(world.acme, "@acme/x@1.2.3");
    const file = { type: "github", owner: "acme", repo: "x", path: "perstack.toml", ref: "v1.2.3" } as const;
    const chosen = async (request: string) =>
      await chooseFile(askedFor(request), file, {
        registries: { ...unasked, source: async () => ({ content: definition, commit }) },
        signal: new AbortController().signal,
      });
    for (const request of ["@acme/x", "@acme/x@1", "@acme/x@1.2.3", "@acme/x@stable"])
      expect((await chosen(request)).version).toBe("1.2.3");
    for (const request of ["@acme/x@2", "@acme/x@1.2.4"])
      await expect(chosen(request)).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  });
});

describe("a line of an index that asks for a great deal", () => {
  test("in files of anywhere has nobody fetch them", async () => {
    const delegates = Array.from({ length: 50 }, (_, at) => `github:o${at}/r//p.toml@v1`);
    world.publish(world.acme, "@acme/x@1.0.0", { delegates });
    await using registries = world.registries();
    const asked: string[] = [];
    const source: Registries["source"] = async ({ address }) => void asked.push(address.id);
    const resolving = resolveRegistry(
      { requests: ["@acme/x"], book: world.book, unlocked: "resolve" },
      { ...registries, source },
      new AbortController().signal,
    );
    await expect(resolving).rejects.toMatchObject({
      code: "REFERENCE_INVALID",
      message: expect.stringContaining("@acme/x@1.0.0 delegates to"),
    });
    expect(asked).toEqual([]);
  });

  test("in names or in ways to ask for one of them is refused before anybody is asked", async () => {
    for (const [name, delegate] of [
      ["@acme/x", (at: number) => `@corp/n${at}`],
      ["@acme/y", (at: number) => `@corp/n@1.${at}`],
    ] as const) {
      const delegates = Array.from({ length: 600 }, (_, at) => delegate(at));
      world.publish(world.acme, `${name}@1.0.0`, { delegates });
      // Whoever would ask that registry would be told something else.
      world.corp.git("branch", "--move", "main", "elsewhere");
      await expect(world.resolve([name])).rejects.toMatchObject({ code: "DELEGATION_TOO_DEEP" });
      world.corp.git("branch", "--move", "elsewhere", "main");
    }
  });
});

describe("a lock that answers for a file", () => {
  const [good, old, evil] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)];
  const text = (says: string) =>
    Buffer.from(`[experts."@acme/triage"]\nversion = "1.0.0"\ninstruction = "${says}"\n`);
  const files: Readonly<Record<string, { readonly commit: string; readonly content: Buffer }>> = {
    ...{ [good]: { commit: good, content: text("Good.") }, [evil]: { commit: evil, content: text("Evil.") } },
    ...{ [old]: { commit: old, content: text("Old.") }, v1: { commit: old, content: text("Old.") } },
    ...{ v2: { commit: good, content: text("Good.") } },
  };
  const resolve = async (ref: string, wish: Partial<RegistryWish> = {}, direct = false) => {
    const file = { type: "github", owner: "acme", repo: "triage", path: "x.toml", ref } as const;
    const request = direct ? "@acme/triage" : `github:acme/triage//x.toml@${ref}`;
    return await resolveRegistry(
      {
        requests: [request],
        book: { placeOf: () => ({ type: "file", file }) },
        unlocked: "resolve",
        ...wish,
      },
      {
        ...unasked,
        ...{ kept: async () => undefined, keep: async () => undefined },
        source: async ({ commit = "", tag = "" }) => files[commit] ?? files[tag],
      },
      new AbortController().signal,
    );
  };
  const saying = async (...args: Parameters<typeof resolve>) =>
    (await resolve(...args)).experts.map(({ expert }) => expert.instruction);

  test("at a commit does not make another commit of it", async () => {
    const lockfile = lockOf(await resolve(good));
    const pin = { commit: evil, sha256: sha256(text("Evil.")) };
    const wish = { lockfile: repinned(lockfile, pin), unlocked: "refuse: frozen" } as const;
    expect(await saying(good, wish)).toEqual(["Good."]);
  });

  test("at a tag is outdated once the manifest names another one", async () => {
    const lockfile = lockOf(await resolve("v1", {}, true));
    expect(await saying("v1", { lockfile, unlocked: "refuse: frozen" }, true)).toEqual(["Old."]);
    expect(await saying("v2", { lockfile }, true)).toEqual(["Good."]);
    expect(await saying(good, { lockfile }, true)).toEqual(["Good."]);
    await expect(saying("v2", { lockfile, unlocked: "refuse: frozen" }, true)).rejects.toMatchObject({
      code: "LOCK_OUTDATED",
    });
  });

  test("is not needed at a commit, whatever asks for it, and is at a tag that ends like one", async () => {
    const unlocked = "refuse: untrusted" as const;
    for (const direct of [true, false]) {
      const { experts, unlocked: open } = await resolve(good, { unlocked }, direct);
      expect([experts.length, open]).toEqual([1, []]);
      await expect(resolve(`v1@${good}`, { unlocked }, direct)).rejects.toMatchObject({
        code: "LOCK_OUTDATED",
      });
    }
  });
});

const unexpected = (): never => {
  throw new Error("Nobody should have asked.");
};
const unasked = {
  open: unexpected,
  kept: unexpected,
  keep: unexpected,
  source: unexpected,
  tags: unexpected,
} satisfies Registries;
