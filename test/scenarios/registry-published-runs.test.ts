import { join } from "node:path";
import { expect, test } from "vitest";
import { startGitHttps } from "../helpers/git-https.ts";
import { ada, definitionText } from "../helpers/index-world.ts";
import { startPublishingWorld } from "../helpers/publishing-world.ts";
import { runCli, startCliWorld } from "../helpers/run-cli.ts";

const manifest = (url: string): string =>
  `model = "claude-sonnet-4-5"\n[provider]\nproviderName = "anthropic"\n[registries]\ndefault = "git+${url}"\n`;

const delegating = definitionText("@acme/lead", "1.0.0", 'delegates = ["@acme/style@stable"]\n');
const style = (version: string): string =>
  definitionText("@acme/style", version, `description = "Is ${version}."\n`);

test("what was published by tags runs by its name, with the delegate that a word stands for", {
  timeout: 120_000,
}, async () => {
  using published = startPublishingWorld({
    "experts/acme/style.toml": style("1.4.0"),
    "experts/acme/lead.toml": delegating,
    "registry-index/config.json": '{"v":1,"indexBranch":"index"}\n',
  });
  const { author } = published;
  author.git("tag", "@acme/style@1.4.0");
  await published.pushTags(["@acme/style@1.4.0"]);
  await published.dispatch({ action: "tag", version: "@acme/style@1.4.0", value: "stable" }, ada);
  author.commit({ "experts/acme/style.toml": style("2.0.0") });
  author.git("push", "--quiet", "origin", "main");
  for (const tag of ["@acme/style@2.0.0", "@acme/lead@1.0.0"]) {
    author.git("tag", tag);
    expect((await published.pushTags([tag]))[0]?.results.append).toBe("success");
  }

  await using https = await startGitHttps();
  const served = join(published.temporary, "served");
  published.git("clone", "--quiet", "--mirror", ".", join(served, ".git"));
  const url = https.serve("acme/experts", served);
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest(url) },
    answers: [
      { toolCalls: [{ name: "style", args: { query: "Look." } }] },
      { text: "It is fine." },
      { text: "All is fine." },
    ],
  });
  const run = await runCli(world, ["run", "@acme/lead@1", "Go.", "--job-id", "one"], {
    env: { GIT_SSL_CAINFO: https.ca },
  });
  expect([run.exitCode, run.stderr]).toEqual([0, expect.any(String)]);
  expect(world.recorded("one").head.experts.map(({ key }) => key)).toEqual([
    "@acme/lead@1.0.0",
    "@acme/style@1.4.0",
  ]);
});
