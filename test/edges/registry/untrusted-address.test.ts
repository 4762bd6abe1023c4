import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRegistry } from "../../helpers/git-registry.ts";
import { addressOf, never, openRegistries } from "./open-registries.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "expert-stack-address-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("given an address that should never have come this far", () => {
  test.each([
    ["a command", (touch: string) => `ext::sh -c "${touch}"`],
    ["an option", (touch: string) => `--upload-pack=${touch}`],
    ["an option of ssh", (touch: string) => `-oProxyCommand=${touch}`],
    ["an option as ssh's host", (touch: string) => `ssh://-oProxyCommand=${touch.replace(" ", "%20")}/x`],
    ["an option as ssh's host in its short form", (touch: string) => `-oProxyCommand=${touch}:x`],
    ["plain http", () => "http://localhost:1/acme/experts.git"],
    ["git's own protocol", () => "git://localhost/acme/experts.git"],
    ["ftp", () => "ftp://localhost/acme/experts.git"],
  ])("%s is refused by git", async (_, url) => {
    const file = join(folder, "touched");
    await using open = openRegistries({ protocols: "https:ssh" });
    const opening = open.registries.open(addressOf(url(`touch ${file}`)), never);
    await expect(opening).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
      message: expect.stringContaining("git may speak https and ssh only"),
    });
    expect(existsSync(file)).toBe(false);
  });

  test.each(["file://", ""])("a folder of this machine (%s…) is refused by default", async (scheme) => {
    using registry = makeRegistry();
    await using open = openRegistries({ protocols: undefined });
    const opening = open.registries.open(addressOf(`${scheme}${registry.directory}`), never);
    await expect(opening).rejects.toMatchObject({
      message: expect.stringContaining("git may speak https and ssh only"),
    });
  });
});

test("given no git, then the error says so", async () => {
  await using open = openRegistries({ git: undefined });
  await expect(open.registries.open(addressOf("https://a.test/b"), never)).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    remedy: "Install git.",
  });
});

test("given a git that cannot be started, then the error says so", async () => {
  await using open = openRegistries({ git: join(folder, "no-git") });
  await expect(open.registries.open(addressOf("https://a.test/b"), never)).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining("ENOENT"),
  });
});
