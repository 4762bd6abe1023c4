import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { definitionPath, indexPath } from "../../src/registry/index-path.ts";
import { type ClientWorld, startClientWorld, transports } from "../helpers/client-world.ts";
import { rating, tagging } from "../helpers/index-lines.ts";
import { publishExpert } from "../helpers/registry-world.ts";

const modelSaw = ({ cli }: ClientWorld): string => JSON.stringify(cli.model.requests.at(-1)?.body ?? null);

/** Runs it to its end, which has to be a good one. @returns what it said */
const runWell = async (world: ClientWorld, expert: string, ...args: readonly string[]): Promise<string> => {
  const run = await world.expertStack("run", expert, "Go.", ...args);
  expect([run.exitCode, run.exitCode === 0 ? "" : run.stderr]).toEqual([0, ""]);
  return run.stderr;
};

/** Does it, which has to be refused so, and sees that nothing was started and no model asked. @returns what it said */
const refused = async (
  world: ClientWorld,
  [code, message]: readonly [code: ErrorCode, message: RegExp],
  ...args: readonly string[]
): Promise<string> => {
  const before = world.cli.model.requests.length;
  const { exitCode, stdout, stderr } = await world.expertStack(...args);
  expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]: `, "m"));
  expect(stderr).toMatch(message);
  expect([exitCode === 0, stdout]).toEqual([false, ""]);
  expect(world.cli.model.requests).toHaveLength(before);
  expect([world.started(), world.cli.living()]).toEqual([[], []]);
  return stderr;
};

const unread = ["REGISTRY_UNREACHABLE", /acme\/experts could not be read: /] as const;
const noLock = ["LOCK_INVALID", /perstack\.lock(?::\d+)? is not a lock that can be used: /] as const;

const lock = async (world: ClientWorld, ...references: readonly string[]): Promise<void> => {
  const { exitCode, stderr } = await world.expertStack("lock", ...references);
  expect([exitCode, stderr]).toEqual([0, ""]);
};

/** The versions that are locked, by what asks for them. */
const lockedFor = (world: ClientWorld): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [
      ...world
        .read("perstack.lock")
        .matchAll(/^\[experts\."([^"]+)"\]$(?:(?!^\[)[\s\S])*?^requests = \[ (.*) \]$/gm),
    ].flatMap(([, key = "", requests = ""]) =>
      requests.split(", ").map((request) => [request.slice(1, -1), key]),
    ),
  );

const definitionFiles = ({ cli }: ClientWorld): string =>
  join(cli.home, ".cache", "expert-stack", "definitions");

describe.each(transports)("over %s", (transport) => {
  const start = (local?: string) => startClientWorld(transport, local);

  test("each way to ask finds its version, and the newest is no pre-release", async () => {
    await using world = await start();
    for (const version of ["0.9.0", "1.0.0", "1.2.0", "1.2.3", "1.10.0", "2.0.0-rc.1", "2.0.0", "3.0.0-b"])
      publishExpert(world.acme, `@acme/x@${version}`);
    world.acme.append("@acme/x", tagging("stable", "1.2.0"));
    await lock(
      world,
      ...["", "@latest", "@1", "@1.2", "@1.0.0", "@stable", "@2.0.0-rc.1", "@0"].map((at) => `@acme/x${at}`),
    );
    expect(lockedFor(world)).toEqual({
      "@acme/x": "@acme/x@2.0.0",
      "@acme/x@latest": "@acme/x@2.0.0",
      "@acme/x@1": "@acme/x@1.10.0",
      "@acme/x@1.2": "@acme/x@1.2.3",
      "@acme/x@1.0.0": "@acme/x@1.0.0",
      "@acme/x@stable": "@acme/x@1.2.0",
      "@acme/x@2.0.0-rc.1": "@acme/x@2.0.0-rc.1",
      "@acme/x@0": "@acme/x@0.9.0",
    });
    const said = await refused(
      world,
      ["VERSION_NOT_FOUND", /There is no @acme\/x@4\./],
      "run",
      "@acme/x@4",
      "Go.",
    );
    expect(said).toMatch(/There (?:are|is) .*2\.0\.0.*1\.10\.0/s);
  });

  test("two ways to one Expert find it once", async () => {
    await using world = await start();
    publishExpert(world.corp, "@corp/base@1.0.0");
    for (const name of ["left", "right"])
      publishExpert(world.acme, `@acme/${name}@1.0.0`, { delegates: ["@corp/base@1"] });
    publishExpert(world.acme, "@acme/top@1.0.0", { delegates: ["@acme/left", "@acme/right"] });
    await lock(world, "@acme/top");
    expect(new Set(Object.values(lockedFor(world)))).toEqual(
      new Set(["@acme/top@1.0.0", "@acme/left@1.0.0", "@acme/right@1.0.0", "@corp/base@1.0.0"]),
    );
    await runWell(world, "@acme/top", "--frozen");
  });

  test("what is locked and kept runs with no registry to ask, and what is not kept is not said to be missing", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    await lock(world, "@acme/x@1");
    world.hide();
    await runWell(world, "@acme/x@1", "--frozen");
    expect(modelSaw(world)).toContain("You are @acme/x@1.0.0.");
    await refused(
      world,
      ["LOCK_OUTDATED", /perstack\.lock does not hold "@acme\/x@2"\./],
      "run",
      "@acme/x@2",
      "Go.",
      "--frozen",
    );
    await refused(world, unread, "run", "@acme/x@2", "Go.");
    world.forget();
    await refused(world, unread, "run", "@acme/x@1", "Go.", "--frozen");
    world.show();
    await runWell(world, "@acme/x@1", "--frozen");
  });

  test("a lock that cannot be read is no lock, whatever else could be found", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    await lock(world, "@acme/x");
    const good = world.read("perstack.lock");
    for (const bad of [
      "no lock\n",
      good.slice(0, good.length / 2),
      good.replace(/^sha256 = "./m, 'sha256 = "g'),
      good.replace(/^sha256 = "./m, 'sha256 = "'),
      good.replace("You are", "I am"),
    ]) {
      world.write("perstack.lock", bad);
      expect(bad).not.toBe(good);
      await refused(world, noLock, "run", "@acme/x", "Go.");
      await refused(world, noLock, "run", "@acme/x", "Go.", "--frozen");
    }
  });

  test("a moved tag changes nothing that is locked, `audit` fails for it, and nobody locks it anew", async () => {
    await using world = await start();
    const { tag, commit } = publishExpert(world.acme, "@acme/x@1.0.0");
    await lock(world, "@acme/x");
    const before = world.read("perstack.lock");
    const path = "experts/acme/x.toml";
    const now = world.acme.commit({
      [path]: `[experts."@acme/x"]\nversion = "1.0.0"\ninstruction = "Evil."\n`,
    });
    world.acme.git("tag", "--force", tag, now);
    world.forget();
    await runWell(world, "@acme/x", "--frozen");
    expect(modelSaw(world)).toContain("You are @acme/x@1.0.0.");
    const audit = await world.expertStack("audit");
    expect([audit.exitCode, audit.stdout]).toEqual([
      1,
      expect.stringMatching(/@acme\/x@1\.0\.0 +error +TAG_MOVED/),
    ]);
    for (const id of [commit, now]) expect(audit.stdout).toContain(id);
    rmSync(join(world.cli.workspace.directory, "perstack.lock"));
    const said = await refused(
      world,
      ["TAG_MOVED", /@acme\/x@1\.0\.0: the tag @acme\/x@1\.0\.0 of .* names .* now\./],
      "lock",
      "@acme/x",
    );
    for (const id of [commit, now]) expect(said).toContain(id);
    world.write("perstack.lock", before);
    await lock(world);
    expect(world.read("perstack.lock")).toBe(before);
  });

  test("a deleted tag loses nothing, locked or not", async () => {
    await using world = await start();
    const { tag } = publishExpert(world.acme, "@acme/x@1.0.0");
    world.acme.git("tag", "--delete", tag);
    await runWell(world, "@acme/x");
    await lock(world, "@acme/x");
    world.forget();
    await runWell(world, "@acme/x", "--frozen");
    expect((await world.expertStack("audit")).exitCode).toBe(0);
  });

  test("what was altered in the cache is not used, and not taken for what cannot be fetched", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    await lock(world, "@acme/x");
    const alter = (): void => {
      for (const name of readdirSync(definitionFiles(world)))
        writeFileSync(
          join(definitionFiles(world), name),
          `[experts."@acme/x"]\nversion = "1.0.0"\ninstruction = "Evil."\n`,
        );
    };
    alter();
    await runWell(world, "@acme/x", "--frozen");
    expect(modelSaw(world)).toContain("You are @acme/x@1.0.0.");
    alter();
    world.hide();
    await refused(world, unread, "run", "@acme/x", "Go.", "--frozen");
  });

  test("a place that has other bytes under a locked name is refused, and no other place is tried", async () => {
    await using world = await start();
    const { sha256 } = publishExpert(world.acme, "@acme/x@1.0.0");
    await lock(world, "@acme/x");
    world.acme.commit({
      [definitionPath(sha256)]: `[experts."@acme/x"]\nversion = "1.0.0"\ninstruction = "Evil."\n`,
    });
    world.forget();
    const said = await refused(
      world,
      ["DIGEST_MISMATCH", /in its place\./],
      "run",
      "@acme/x",
      "Go.",
      "--frozen",
    );
    expect(said).toContain(`is sha256:${sha256}, and ${world.acmeId}/${definitionPath(sha256)} has sha256:`);
  });

  test("attributes and line ends of the registry change no digest", async () => {
    await using world = await start();
    world.acme.commit({ ".gitattributes": "* text=auto eol=crlf ident\n*.toml text eol=lf\n" });
    const text = `[experts."@acme/x"]\r\nversion = "1.0.0"\r\ninstruction = "I am $Id$."\r\n`;
    const { sha256 } = world.acme.publish({ name: "@acme/x", version: "1.0.0", definition: text });
    // Committed as they are, whatever the attributes say.
    for (const path of ["experts/acme/x.toml", definitionPath(sha256)]) {
      const blob = world.acme.git("hash-object", "-w", "--no-filters", path);
      world.acme.git("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
    }
    world.acme.git("commit", "--quiet", "--allow-empty", "--message", "Keep the bytes");
    await lock(world, "@acme/x");
    expect(world.read("perstack.lock")).toContain(sha256);
    await runWell(world, "@acme/x", "--frozen");
    expect(modelSaw(world)).toContain("I am $Id$.");
  });

  test("an index whose history was rewritten is refused by who remembers it", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    const before = world.acme.head();
    publishExpert(world.acme, "@acme/x@1.1.0");
    await lock(world, "@acme/x");
    world.acme.git("reset", "--quiet", "--hard", before);
    const said = await refused(
      world,
      ["INDEX_REWOUND", /line 2, which perstack\.lock remembers, is no longer there/],
      "lock",
      "--update",
    );
    expect(said).toContain(indexPath("@acme/x"));
    expect(said).toMatch(/line 2|:2\b/);
    const audit = await world.expertStack("audit");
    expect([audit.exitCode, audit.stdout]).toEqual([1, expect.stringContaining("INDEX_REWOUND")]);
  });

  test("a version that was taken back warns who locked it, and stops them where it does harm", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    publishExpert(world.acme, "@acme/y@1.0.0");
    await lock(world, "@acme/x", "@acme/y");
    world.acme.append("@acme/x", rating("1.0.0", "disabled", "it loops"));
    world.acme.append("@acme/y", rating("1.0.0", "disabled", "security: it leaks"));
    world.forget();
    expect(await runWell(world, "@acme/x", "--frozen")).toContain("@acme/x@1.0.0 is disabled: it loops");
    expect(
      await refused(
        world,
        ["VERSION_DISABLED", /is locked, and was disabled since: security: it leaks\./],
        "run",
        "@acme/y",
        "Go.",
        "--frozen",
      ),
    ).toContain("it leaks");
  });

  test("a deprecated version runs with a warning that says why", async () => {
    await using world = await start();
    publishExpert(world.acme, "@acme/x@1.0.0");
    world.acme.append("@acme/x", rating("1.0.0", "deprecated", "Use @acme/y."));
    expect(await runWell(world, "@acme/x")).toContain("@acme/x@1.0.0 is deprecated: Use @acme/y.");
  });

  test("a commit that no branch reaches any more is still where a lost definition is found", async () => {
    await using world = await start();
    world.acme.git("checkout", "--quiet", "--detach");
    const text = `[experts."@acme/x"]\nversion = "1.0.0"\ninstruction = "I was lost."\n`;
    const orphan = world.acme.commit({ "experts/acme/x.toml": text });
    world.acme.git("checkout", "--quiet", "main");
    const { sha256 } = world.acme.publish({
      ...{ name: "@acme/x", version: "1.0.0", definition: text },
      line: {
        src: {
          repo: world.acmeId,
          repoId: 1,
          tag: "@acme/x@1.0.0",
          commit: orphan,
          path: "experts/acme/x.toml",
        },
      },
    });
    world.acme.git("tag", "--delete", "@acme/x@1.0.0");
    world.acme.commit({ [definitionPath(sha256)]: null, "experts/acme/x.toml": null }, "Lose both");
    await runWell(world, "@acme/x");
    expect(modelSaw(world)).toContain("I was lost.");
  });

  test("a scoped Expert that is here and could be in a registry is neither", async () => {
    await using world = await start(
      `[experts."@acme/x"]\ninstruction = "Local."\n[experts.lead]\ninstruction = "x"\ndelegates = ["@acme/x@1"]\n`,
    );
    publishExpert(world.acme, "@acme/x@1.0.0");
    await refused(world, ["LOCAL_SHADOWS_REGISTRY", /The manifest defines "@acme\/x"/], "run", "lead", "Go.");
  });

  test("a private scope is asked of its own registry alone", async () => {
    await using world = await start();
    publishExpert(world.acme, "@corp/x@9.0.0");
    publishExpert(world.corp, "@corp/x@1.0.0");
    await runWell(world, "@corp/x");
    expect(modelSaw(world)).toContain("You are @corp/x@1.0.0.");
  });
});
