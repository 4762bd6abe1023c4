import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programOutside } from "../../src/edges/skills/program-outside.ts";
import { ExpertStackError } from "../../src/errors.ts";
import { refuseCheckedOut } from "../../src/hosts/checked-out-credential.ts";
import { makeRepository, type WorkFiles } from "../helpers/git-repository.ts";

const path = process.env.PATH ?? "";

const refusal = (file: string, folder: string, git = programOutside("git", { path, workspace: folder })) => {
  try {
    refuseCheckedOut(file, { folder, git, environment: { PATH: path, HOME: folder } });
    return "used";
  } catch (error) {
    if (error instanceof ExpertStackError) return `${error.code}: ${error.message} ${error.remedy}`;
    throw error;
  }
};

const checkout = (files: WorkFiles): string => {
  const repository = makeRepository({ files });
  onTestFinished(() => repository[Symbol.dispose]());
  return realpathSync(repository.directory);
};

const madeUp = "gha-creds-0123456789abcdef.json";

test("a file that the pull request brings is refused by name, with what to do", () => {
  const folder = checkout({ "creds.json": "{}" });
  const told = refusal(join(folder, "creds.json"), folder);
  expect(told).toContain(`INPUT_INVALID: The credential file ${folder}/creds.json came with the checkout`);
  expect(told).toContain("google-github-actions/auth");
});

test("a file that a login action or a step leaves there is used, ignored by git or not", () => {
  const folder = checkout({ ".gitignore": "*.secret\n", "cloud/README": "" });
  for (const name of [madeUp, "cloud/creds.json", "creds.secret"]) {
    writeFileSync(join(folder, name), "{}");
    expect(refusal(join(folder, name), folder)).toBe("used");
  }
});

test("links of the pull request are the pull request's, wherever they lead", () => {
  const outside = join(mkdtempSync(join(tmpdir(), "outside-")), "creds.json");
  writeFileSync(outside, "{}");
  const folder = checkout({
    "link.json": { linkTo: outside },
    "inner.json": { linkTo: "creds.json" },
    folder: { linkTo: "real" },
    "real/creds.json": "{}",
  });
  writeFileSync(join(folder, "creds.json"), "{}");
  for (const name of ["link.json", "inner.json", "folder/creds.json"]) {
    expect(refusal(join(folder, name), folder)).toMatch(/^INPUT_INVALID/);
  }
  const into = join(mkdtempSync(join(tmpdir(), "outside-")), "into.json");
  symlinkSync(join(folder, "real/creds.json"), into);
  expect(refusal(into, folder)).toMatch(/^INPUT_INVALID/);
});

test("a file outside the checkout is used; one that is not there is somebody else's to tell", () => {
  const folder = checkout({ "a.txt": "" });
  const outside = join(mkdtempSync(join(tmpdir(), "outside-")), "creds.json");
  writeFileSync(outside, "{}");
  expect(refusal(outside, folder)).toBe("used");
  expect(refusal(join(folder, "none.json"), folder)).toBe("used");
});

test("a file of a repository within the checkout is not known to be left there", () => {
  const folder = checkout({ "a.txt": "" });
  const within = makeRepository({ files: { "creds.json": "{}" } });
  onTestFinished(() => within[Symbol.dispose]());
  mkdirSync(join(folder, "within"));
  within.git("clone", "--quiet", within.directory, join(folder, "within", "clone"));
  expect(refusal(join(folder, "within/clone/creds.json"), folder)).toMatch(/^INPUT_INVALID/);
});

test.each(["no repository", "no git"] as const)(
  "with %s, only a made-up name shows a login action",
  (what) => {
    const folder =
      what === "no git"
        ? checkout({ "a.txt": "" })
        : realpathSync(mkdtempSync(join(tmpdir(), "no-repository-")));
    for (const name of [madeUp, "creds.json"]) writeFileSync(join(folder, name), "{}");
    const told = (name: string) =>
      what === "no git"
        ? refusal(join(folder, name), folder, "/nowhere/git")
        : refusal(join(folder, name), folder);
    expect(told(madeUp)).toBe("used");
    expect(told("creds.json")).toMatch(/^INPUT_INVALID/);
  },
);
