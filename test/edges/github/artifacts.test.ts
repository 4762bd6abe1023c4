import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { actionsArtifacts } from "../../../src/edges/github/artifacts.ts";
import { runtimeTokenLender } from "../../../src/hosts/hide-variables.ts";
import { type FakeResults, startFakeResults } from "../../helpers/fake-results/server.ts";
import { readZip } from "../../helpers/read-zip.ts";

type Scene = AsyncDisposable & { readonly results: FakeResults; readonly root: string };

const start = async (): Promise<Scene> => {
  const results = await startFakeResults();
  vi.stubEnv("ACTIONS_RESULTS_URL", results.url);
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.com");
  const root = mkdtempSync(join(tmpdir(), "expert-stack-artifact-"));
  mkdirSync(join(root, "blobs"));
  writeFileSync(join(root, "events.jsonl"), "{}\n");
  writeFileSync(join(root, "blobs", "abc"), "blob");
  writeFileSync(join(root, "left-out"), "not listed");
  return {
    results,
    root,
    [Symbol.asyncDispose]: async () => {
      rmSync(root, { recursive: true });
      await results[Symbol.asyncDispose]();
    },
  };
};

const upload = ({ root, results }: Scene, retentionDays?: number) =>
  actionsArtifacts(runtimeTokenLender({ ACTIONS_RUNTIME_TOKEN: results.runtimeToken })).upload({
    name: "expert-stack-one-1",
    root,
    files: [join(root, "events.jsonl"), join(root, "blobs", "abc")],
    ...(retentionDays === undefined ? {} : { retentionDays }),
  });

// The toolkit tells the runner what it does.
beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

test("the files that are named are stored under their paths, and the digest is that of the bytes", async () => {
  await using scene = await start();
  const stored = await upload(scene);
  const [artifact] = scene.results.artifacts;
  const bytes = artifact?.bytes ?? Buffer.alloc(0);
  expect([...readZip(bytes)].map(([name, data]) => [name, data.toString("utf8")]).sort()).toEqual([
    ["blobs/abc", "blob"],
    ["events.jsonl", "{}\n"],
  ]);
  expect(stored).toEqual({
    id: artifact?.id,
    size: bytes.length,
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
  });
  expect(artifact?.name).toBe("expert-stack-one-1");
  expect(artifact?.expiresAt).toBeUndefined();
});

test("the days it is kept are the step's", async () => {
  await using scene = await start();
  await upload(scene, 3);
  const { expiresAt = "", createdAt = "" } = scene.results.artifacts[0] ?? {};
  const days = (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000;
  expect(Math.round(days)).toBe(3);
});

test("what the service refuses is an error with the way out", async () => {
  await using scene = await start();
  scene.results.failNext({
    path: /CreateArtifact/,
    status: 403,
    body: { code: "permission_denied", msg: "not here" },
  });
  await expect(upload(scene)).rejects.toMatchObject({
    code: "ARTIFACT_FAILED",
    message: expect.stringMatching(/^The artifact "expert-stack-one-1" was not uploaded: .*not here/),
    remedy: expect.stringContaining("`artifact: none`"),
  });
});

test("a GitHub Enterprise Server is told that it has no such service", async () => {
  await using scene = await start();
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.acme.example");
  await expect(upload(scene)).rejects.toMatchObject({
    code: "ARTIFACT_FAILED",
    remedy: expect.stringMatching(/^GitHub Enterprise Server has no service.*`artifact: none`/),
  });
  expect(scene.results.requests).toEqual([]);
});
