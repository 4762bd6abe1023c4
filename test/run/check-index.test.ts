import { describe, expect, test } from "vitest";
import { indexPath } from "../../src/registry/index-path.ts";
import { knownBadPath } from "../../src/registry/known-bad.ts";
import { renderScopeFile, scopePath } from "../../src/registry/scope-owners.ts";
import type { WorkFiles } from "../helpers/git-repository.ts";
import { ada, append, eve, listNames, statusEntry } from "../helpers/index-world.ts";
import { asWritten, type ProposingWorld, startProposingWorld } from "../helpers/proposing-world.ts";

const victim = { [scopePath("@victim")]: renderScopeFile("@victim", ada) };
const taken = { [scopePath("@victim")]: renderScopeFile("@victim", eve) };

const disabled = async (world: ProposingWorld) => {
  const files = await world.index();
  append(files, statusEntry("1.0.0", "disabled"));
  listNames(files);
  return asWritten(files);
};

/**
 * Leaves `main` where it has gained `gained` and merged eve's harmless branch `change`, which is then two commits away
 * from it in two ways: what eve merges back, she merges without what `main` has gained.
 */
const crissCross = (world: ProposingWorld, gained: Awaited<ReturnType<typeof disabled>>) => {
  const { git } = world;
  git.checkout("change");
  git.checkout("main");
  git.commit(gained);
  const before = git.head();
  git.checkout("change");
  git.commit({ "notes.md": "Harmless." });
  git.checkout("main");
  git.git("merge", "--quiet", "--no-ff", "--message", "Merge the notes", "change");
  git.checkout("change");
  git.git("merge", "--quiet", "--strategy", "ours", "--message", "Merge main", before);
};

describe("given a branch that was merged once and has merged `main` without what that had gained", () => {
  test.each<[string, (world: ProposingWorld) => Promise<void>]>([
    ["when it ends there, then a scope is not taken away", async (world) => crissCross(world, victim)],
    [
      "when it adds that scope as its own, then it is not taken over",
      async (world) => {
        crissCross(world, victim);
        world.git.commit(taken);
      },
    ],
    [
      "when `main` had gained the line that takes a version back, then that is not lost",
      async (world) => crissCross(world, await disabled(world)),
    ],
  ])("%s", { timeout: 60_000 }, async (_, change) => {
    using world = startProposingWorld();
    await change(world);
    expect(await world.check(eve)).toMatch(/^PUBLISH_REFUSED: .*merge/);
  });
});

describe("given a branch of which GitHub may take each commit for itself", { timeout: 60_000 }, () => {
  test("when two of them cancel each other out, then neither is taken: on `main` they may not", async () => {
    using world = startProposingWorld();
    const gained = await disabled(world);
    const before = asWritten(await world.index());
    world.git.checkout("change");
    world.git.commit(gained);
    world.git.commit(before);
    world.git.checkout("main");
    world.git.commit({ ...gained, "notes.md": "Another commit." });
    world.git.checkout("change");
    expect(await world.check(eve)).toBe(
      `PUBLISH_REFUSED: The branch changes ${indexPath("@acme/x")} in more than one commit, which need not add up to the same when they are merged.`,
    );
  });

  test("when a merge takes back what a commit did, then it is refused", async () => {
    using world = startProposingWorld();
    world.git.checkout("change");
    world.git.commit(taken);
    world.git.checkout("main");
    world.git.commit({ "notes.md": "Other." });
    world.git.checkout("change");
    world.git.git("merge", "--quiet", "--no-commit", "main");
    world.git.git("rm", "--quiet", "--force", scopePath("@victim"));
    world.git.git("commit", "--quiet", "--message", "Merge main");
    expect(await world.check(eve)).toMatch(/^PUBLISH_REFUSED: .*merge/);
  });
});

describe("given a branch that is as it should be, then it passes", { timeout: 60_000 }, () => {
  test("when it leaves the index alone and has merged `main`, which has gained a line", async () => {
    using world = startProposingWorld();
    const gained = await disabled(world);
    world.git.checkout("change");
    world.git.commit({ "notes.md": "Mine." });
    world.git.checkout("main");
    world.git.commit(gained);
    world.git.checkout("change");
    world.git.git("merge", "--quiet", "--message", "Merge main", "main");
    world.git.commit({ "notes.md": "Mine again." });
    world.git.checkout("main");
    world.git.commit({ "notes.md": "Theirs." });
    world.git.checkout("change");
    expect(await world.check(eve)).toBe(0);
  });

  test("when it adds a scope in one commit and more in others, while `main` has gone on", async () => {
    using world = startProposingWorld();
    const gained = await disabled(world);
    world.git.checkout("change");
    world.git.commit({ [scopePath("@eve")]: renderScopeFile("@eve", eve) });
    world.git.commit({ "notes.md": "Mine." });
    world.git.checkout("main");
    world.git.commit(gained);
    world.git.checkout("change");
    expect(await world.check(eve)).toBe(1);
  });
});

test("given a scope that `main` has gained since the branch began, then the branch cannot add it as its own", async () => {
  using world = startProposingWorld();
  world.git.checkout("change");
  world.git.commit(taken);
  world.git.checkout("main");
  world.git.commit(victim);
  world.git.checkout("change");
  expect(await world.check(eve)).toBe("PUBLISH_REFUSED: eve (gh:666) does not own the scope @victim.");
});

describe("given a registry whose index has a branch of its own", { timeout: 60_000 }, () => {
  const apart = { "registry-index/config.json": '{"v":1,"indexBranch":"index"}\n' };

  test.each<[string, (world: ProposingWorld) => Promise<WorkFiles>]>([
    ["a line", disabled],
    ["a list of what is harmful", async () => ({ [knownBadPath]: "" })],
  ])(
    "when a change of the default branch adds %s, which nobody would read there, then it is refused",
    async (_, change) => {
      using world = startProposingWorld();
      const files = await change(world);
      world.git.commit(apart);
      world.git.checkout("change");
      world.git.commit(files);
      expect(await world.check()).toMatch(
        /^PUBLISH_REFUSED: registry-index\/\S+ is read from the branch index, and the change is one of main\.$/,
      );
    },
  );

  test("when a change adds a scope, then it is taken", async () => {
    using world = startProposingWorld();
    world.git.commit(apart);
    world.git.checkout("change");
    world.git.commit({ [scopePath("@eve")]: renderScopeFile("@eve", eve) });
    expect(await world.check(eve)).toBe(1);
  });

  test("when that branch is the default one, then lines are taken", async () => {
    using world = startProposingWorld();
    const files = await disabled(world);
    world.git.commit({ "registry-index/config.json": '{"v":1,"indexBranch":"main"}\n' });
    world.git.checkout("change");
    world.git.commit(files);
    expect(await world.check()).toBe(2);
  });
});
