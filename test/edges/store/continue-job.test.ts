import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { continueJob, forkJob, refuseLinks } from "../../../src/edges/store/continue-job.ts";
import type { JobEvent } from "../../../src/job/event.ts";
import { scratchStore } from "./scratch-store.ts";

const note = (text: string): JobEvent => ({ type: "note", level: "info", text });

/** A job of three lines, the last of which names a blob. */
const endedJob = () => {
  const scratch = scratchStore();
  using log = scratch.create("job1");
  log.append([note("one")], 1);
  log.append([note("two")], 2);
  const blob = log.putBlob(new TextEncoder().encode("a long result"), "text/plain");
  const contents = [blob];
  log.append(
    [{ type: "toolCallFinished", runId: "r0", toolCallId: "c", contents, isError: false, durationMs: 1 }],
    3,
  );
  const journal = join(log.directory, "events.jsonl");
  return {
    scratch,
    journal,
    directory: log.directory,
    blob,
    entries: () => scratch.store.load("job1").entries,
  };
};

describe("a job that goes on", () => {
  test("has its next line after the last, in one chain, and what a kill left behind is cut off", () => {
    const { scratch, journal, entries } = endedJob();
    using _scratch = scratch;
    const before = readFileSync(journal, "utf8");
    writeFileSync(journal, `${before}{"seq":4,"prev":"ab`);
    using log = continueJob({ root: scratch.root, jobId: "job1", entries: entries() });
    log.append([note("four")], 4);
    expect(entries().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(readFileSync(journal, "utf8").startsWith(before)).toBe(true);
  });

  test("is not cut where another process went on in between", () => {
    const { scratch, journal, entries } = endedJob();
    using _scratch = scratch;
    const read = entries();
    {
      using other = continueJob({ root: scratch.root, jobId: "job1", entries: read });
      other.append([note("of the other")], 4);
    }
    const whole = readFileSync(journal, "utf8");
    expect(() => continueJob({ root: scratch.root, jobId: "job1", entries: read })).toThrow(
      expect.objectContaining({ code: "JOB_RUNNING" }),
    );
    expect(readFileSync(journal, "utf8")).toBe(whole);
  });

  test.each([
    ["of a process that is gone", "999999999\n"],
    ["that says nothing", ""],
    ["that says no number", "nonsense"],
  ])("takes over from a writer %s, and lets go at its end", (_, text) => {
    const { scratch, directory, entries } = endedJob();
    using _scratch = scratch;
    writeFileSync(join(directory, "writer.pid"), text);
    continueJob({ root: scratch.root, jobId: "job1", entries: entries() })[Symbol.dispose]();
    expect(existsSync(join(directory, "writer.pid"))).toBe(false);
  });

  test("is left to the process that writes it", () => {
    const { scratch, directory, entries } = endedJob();
    using _scratch = scratch;
    // The first process of the machine is always there.
    writeFileSync(join(directory, "writer.pid"), "1\n");
    expect(() => continueJob({ root: scratch.root, jobId: "job1", entries: entries() })).toThrow(
      expect.objectContaining({ code: "JOB_RUNNING", message: expect.stringContaining("the process 1") }),
    );
    expect(readFileSync(join(directory, "writer.pid"), "utf8")).toBe("1\n");
  });

  test("needs the blobs that it names", () => {
    const { scratch, directory, blob, entries } = endedJob();
    using _scratch = scratch;
    rmSync(join(directory, "blobs"), { recursive: true });
    for (const go of [
      () => continueJob({ root: scratch.root, jobId: "job1", entries: entries() }),
      () => forkJob({ root: scratch.root, jobId: "job2", from: "job1", entries: entries() }),
    ]) {
      expect(go).toThrow(
        expect.objectContaining({ code: "JOURNAL_CORRUPT", message: expect.stringContaining(blob.sha256) }),
      );
    }
  });
});

test("a fork has the first lines at their times, with the blobs they name, and leaves the other as it is", () => {
  const { scratch, journal, blob, entries } = endedJob();
  using _scratch = scratch;
  const before = readFileSync(journal, "utf8");
  using log = forkJob({ root: scratch.root, jobId: "job2", from: "job1", entries: entries() });
  expect(scratch.store.load("job2").entries).toEqual(entries());
  expect(new TextDecoder().decode(log.readBlob(blob.sha256))).toBe("a long result");
  expect(readFileSync(journal, "utf8")).toBe(before);
});

describe("links in the way of a job that goes on are refused", () => {
  test.each(["events.jsonl", "job.json", "blobs"])("%s", (name) => {
    const { scratch, directory } = endedJob();
    using _scratch = scratch;
    const elsewhere = join(scratch.root, "elsewhere");
    mkdirSync(elsewhere);
    rmSync(join(directory, name), { recursive: true, force: true });
    symlinkSync(elsewhere, join(directory, name));
    expect(() => refuseLinks(scratch.root, "job1")).toThrow(
      expect.objectContaining({ code: "STORE_FAILED" }),
    );
  });

  test("the job's folder", () => {
    const { scratch, directory } = endedJob();
    using _scratch = scratch;
    symlinkSync(directory, join(scratch.root, "job9"));
    expect(() => refuseLinks(scratch.root, "job9")).toThrow(
      expect.objectContaining({ code: "STORE_FAILED" }),
    );
  });
});
