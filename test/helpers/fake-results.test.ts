import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DefaultArtifactClient } from "@actions/artifact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type FakeResults, startFakeResults } from "./fake-results/server.ts";
import { readZip } from "./read-zip.ts";

/** More than one block of the client's eight megabytes. */
const noise = randomBytes(9 * 1024 ** 2);

describe("the fake results service, spoken to by the real artifact client", () => {
  let results: FakeResults;
  let directory = "";
  const client = new DefaultArtifactClient();
  const file = (name: string) => join(directory, name);

  beforeEach(async () => {
    results = await startFakeResults();
    directory = mkdtempSync(join(tmpdir(), "fake-results-"));
    mkdirSync(file("in/deep"), { recursive: true });
    writeFileSync(file("in/report.txt"), "All is well.\n");
    writeFileSync(file("in/deep/noise.bin"), noise);
    vi.stubEnv("ACTIONS_RESULTS_URL", results.url);
    vi.stubEnv("ACTIONS_RUNTIME_TOKEN", results.runtimeToken);
    vi.stubEnv("GITHUB_SERVER_URL", "http://github.localhost:1");
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
  });

  afterEach(async () => {
    await results[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  const upload = (name: string, ...files: readonly string[]) =>
    client.uploadArtifact(name, [file("in/report.txt"), ...files], file("in"), { retentionDays: 3 });

  it("keeps what was uploaded and gives it back byte for byte", async () => {
    const { id = 0, size, digest } = await upload("checkpoint-1", file("in/deep/noise.bin"));
    const [artifact] = results.artifacts;
    expect(artifact).toMatchObject({
      id,
      name: "checkpoint-1",
      size,
      digest: `sha256:${digest}`,
      mimeType: "application/zip",
    });
    const bytes = artifact?.bytes ?? Buffer.alloc(0);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(digest);
    const days = (Date.parse(artifact?.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(3, 1);
    const zip = readZip(bytes);
    expect([...zip.keys()].toSorted()).toEqual(["deep/noise.bin", "report.txt"]);
    expect(zip.get("report.txt")?.toString()).toBe("All is well.\n");
    expect(zip.get("deep/noise.bin")?.equals(noise)).toBe(true);
    const found = await client.getArtifact("checkpoint-1");
    expect(found.artifact).toMatchObject({ id, size, digest: `sha256:${digest}` });
    await client.downloadArtifact(id, { path: file("out"), expectedHash: `sha256:${digest}` });
    expect(readFileSync(file("out/deep/noise.bin")).equals(noise)).toBe(true);
    expect(readFileSync(file("out/report.txt"), "utf8")).toBe("All is well.\n");
  });

  it("keeps one file as it is when no archive is wanted", async () => {
    const { id = 0 } = await client.uploadArtifact("ignored", [file("in/report.txt")], file("in"), {
      skipArchive: true,
    });
    expect(results.artifacts[0]).toMatchObject({ name: "report.txt", mimeType: "text/plain" });
    expect(results.artifacts[0]?.bytes.toString()).toBe("All is well.\n");
    await client.downloadArtifact(id, { path: file("out") });
    expect(readFileSync(file("out/report.txt"), "utf8")).toBe("All is well.\n");
  });

  it("refuses a name that the run has, and takes it in another run", async () => {
    await upload("same");
    await expect(upload("same")).rejects.toThrow(/\(409\).*an artifact with this name already exists/);
    vi.stubEnv("ACTIONS_RUNTIME_TOKEN", results.issueToken({ runId: "run-2", jobId: "job-1" }));
    await upload("same");
    expect(results.artifacts.map(({ name, runId }) => [name, runId === "run-2"])).toEqual([
      ["same", false],
      ["same", true],
    ]);
    expect((await client.listArtifacts()).artifacts).toHaveLength(1);
  });

  it("forgets a deleted artifact and its name", async () => {
    await upload("short-lived");
    await client.deleteArtifact("short-lived");
    expect((await client.listArtifacts()).artifacts).toEqual([]);
    await upload("short-lived");
    expect(results.artifacts).toHaveLength(1);
  });

  it("shows a job's artifacts to the other jobs of its run", async () => {
    await upload("shared");
    const runId = results.artifacts[0]?.runId ?? "";
    vi.stubEnv("ACTIONS_RUNTIME_TOKEN", results.issueToken({ runId, jobId: "job-2" }));
    expect((await client.listArtifacts()).artifacts.map(({ name }) => name)).toEqual(["shared"]);
  });

  it("refuses a token it did not issue", async () => {
    const [head, claims] = results.runtimeToken.split(".");
    vi.stubEnv("ACTIONS_RUNTIME_TOKEN", `${head}.${claims}.forged`);
    await expect(upload("never")).rejects.toThrow("(401)");
    expect(results.artifacts).toEqual([]);
  });

  it("fails as told, at the service and at the store", async () => {
    results.failNext({ path: /CreateArtifact/, status: 403, body: { msg: "insufficient usage to create" } });
    await expect(upload("a")).rejects.toThrow("Artifact storage quota has been hit");
    results.failNext({ method: "PUT", path: /^\/store\//, status: 403 });
    await expect(upload("b")).rejects.toThrow();
    results.failNext({ path: /FinalizeArtifact/, reset: "after" });
    await expect(upload("c")).rejects.toThrow("ECONNRESET");
    expect(results.artifacts.map(({ name }) => name)).toEqual(["c"]);
  });

  it("refuses a finalize that does not fit what was uploaded", async () => {
    const call = (method: string, body: unknown) =>
      fetch(`${results.url}/twirp/github.actions.results.api.v1.ArtifactService/${method}`, {
        method: "POST",
        headers: { authorization: `Bearer ${results.runtimeToken}` },
        body: JSON.stringify(body),
      });
    const ids = {
      workflow_run_backend_id: "ce7f54c7-61c7-4aae-887f-30da475f5f1a",
      workflow_job_run_backend_id: "ca395085-040a-526b-2ce8-bdc85f692774",
    };
    const named = { ...ids, name: "x" };
    const created: unknown = await (await call("CreateArtifact", { ...named, version: 7 })).json();
    const { signed_upload_url: url } = z.object({ signed_upload_url: z.url() }).parse(created);
    expect((await call("FinalizeArtifact", { ...named, size: "3" })).status).toBe(404);
    const put = (address: string) => fetch(address, { method: "PUT", body: "abc" });
    expect((await put(url.replace(/sig=[^&]+/, ""))).status).toBe(403);
    expect((await put(url)).status).toBe(201);
    expect((await call("FinalizeArtifact", { ...named, size: "4" })).status).toBe(400);
    expect((await call("FinalizeArtifact", { ...named, size: "3", hash: "sha256:00" })).status).toBe(400);
    expect((await call("FinalizeArtifact", { ...named, size: "3", extra: 1 })).status).toBe(400);
    expect((await call("FinalizeArtifact", { ...named, size: "3" })).status).toBe(200);
  });
});
