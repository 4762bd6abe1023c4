import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionPath, indexPath } from "../../../src/registry/index-path.ts";
import { askedFor } from "../../../src/run/registry/choice.ts";
import { chooseFile } from "../../../src/run/registry/file-choice.ts";
import { mergeExperts } from "../../../src/run/registry/merge-experts.ts";
import type { Registries } from "../../../src/run/registry-ports.ts";
import { startGitHttps } from "../../helpers/git-https.ts";
import { rating } from "../../helpers/index-lines.ts";
import {
  forged,
  lockOf,
  type ResolutionWorld,
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
      message: expect.stringContaining(`${https.host} is another host than its registry's`),
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
    for (const request of ["@corp/secret", "@acme/x"]) {
      await expect(world.resolve([request])).rejects.toMatchObject({
        code: "VERSION_NOT_FOUND",
        message: 'registry.test/corp/experts has no Expert "@corp/secret".',
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
    const resolution = await world.resolve(["@acme/x"]);
    expect(() => mergeExperts({ experts: new Map() }, "@acme/x", resolution)).toThrow(
      expect.objectContaining({
        code: "DELEGATE_CYCLE",
        message: expect.stringContaining("@acme/x@1.0.0 → @acme/y@1.0.0 → @acme/z@1.0.0 → @acme/x@1.0.0"),
      }),
    );
  });

  test("that is said to be a file is asked for in a version that the file has", async () => {
    const { definition, commit } = world.publish(world.acme, "@acme/x@1.2.3");
    const file = { type: "github", owner: "acme", repo: "x", path: "perstack.toml", ref: "v1.2.3" } as const;
    const chosen = async (request: string) =>
      await chooseFile(askedFor(request, "The manifest"), file, {
        registries: { ...unasked, source: async () => ({ content: definition, commit }) },
        signal: new AbortController().signal,
      });
    for (const request of ["@acme/x", "@acme/x@1", "@acme/x@1.2.3", "@acme/x@stable"])
      expect((await chosen(request)).version).toBe("1.2.3");
    for (const request of ["@acme/x@2", "@acme/x@1.2.4"])
      await expect(chosen(request)).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
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
