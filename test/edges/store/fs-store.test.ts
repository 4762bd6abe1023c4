import { execFile } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createJob } from "../../../src/edges/store/create-job.ts";
import { loadJournal } from "../../../src/edges/store/load-job.ts";
import { headFields, refusalOf, scratchStore, someEvents, writeJob } from "./scratch-store.ts";

const run = promisify(execFile);

describe("given a checkout that holds links where jobs are to be kept", () => {
  const victimOf = (folder: string): string => {
    const victim = join(folder, "victim");
    mkdirSync(victim);
    writeFileSync(join(victim, ".gitignore"), "precious\n");
    return victim;
  };
  const untouched = (victim: string): void => {
    expect(readdirSync(victim)).toEqual([".gitignore"]);
    expect(readFileSync(join(victim, ".gitignore"), "utf8")).toBe("precious\n");
  };

  it.each(["there", "gone"])("refuses a linked `.expert-stack` whose target is %s", (target) => {
    using scratch = scratchStore("hide");
    const folder = join(scratch.root, "..");
    const victim = victimOf(folder);
    symlinkSync(target === "there" ? victim : join(victim, "new"), join(folder, ".expert-stack"));
    const root = join(folder, ".expert-stack", "jobs");
    const { code, message } = refusalOf(() => createJob({ root, jobId: "job1", hide: "hide" }));
    expect([code, message]).toEqual(["STORE_FAILED", expect.stringMatching(/\.expert-stack is no folder/)]);
    untouched(victim);
  });

  it("refuses a linked `jobs`", () => {
    using scratch = scratchStore("hide");
    const victim = victimOf(join(scratch.root, ".."));
    symlinkSync(victim, scratch.root);
    expect(refusalOf(() => scratch.create("job1")).code).toBe("STORE_FAILED");
    untouched(victim);
  });

  it("leaves a linked `.gitignore` and its target as they are", () => {
    using scratch = scratchStore("hide");
    const folder = join(scratch.root, "..");
    const victim = victimOf(folder);
    symlinkSync(join(victim, ".gitignore"), join(folder, ".gitignore"));
    using _log = scratch.create("job1");
    untouched(victim);
  });
});

describe("a job that was stored", () => {
  it("comes back as it was appended, with the head that was saved last", () => {
    using scratch = scratchStore();
    using log = scratch.create("job1");
    const first = log.append(someEvents.slice(0, 2), 1_000);
    log.saveHead(headFields());
    const rest = log.append(someEvents.slice(2), 2_000);
    const head = log.saveHead(headFields({ status: "completed", finishedAt: 2_000 }));
    const loaded = scratch.store.load("job1");
    expect(loaded.entries).toEqual([...first, ...rest]);
    expect(loaded.entries.map(({ event }) => event)).toEqual(someEvents);
    expect(loaded.head).toEqual(head);
    expect(head.head.seq).toBe(someEvents.length);
    expect(loadJournal(join(log.directory, "events.jsonl"))).toEqual(loaded.entries);
  });

  it("numbers its lines from 1 and chains each to the one before", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "never" });
    const entries = scratch.store.load("job1").entries;
    expect(entries.map(({ seq }) => seq)).toEqual(someEvents.map((_, index) => index + 1));
    expect(entries[0]?.prev).toBe("0".repeat(64));
    expect(new Set(entries.map(({ prev }) => prev)).size).toBe(job.lines().length);
  });

  it("is there for others to read while it is still being written", () => {
    using scratch = scratchStore();
    using log = scratch.create("job1");
    for (const [index, event] of someEvents.entries()) {
      log.append([event], 1_000);
      expect(scratch.store.load("job1").entries).toHaveLength(index + 1);
    }
  });

  it("is its owner's alone, whatever the umask allows", async () => {
    using scratch = scratchStore("hide");
    const umask = process.umask(0);
    try {
      using log = scratch.create("job1");
      log.append(someEvents, 1_000);
      log.saveHead(headFields());
      const { sha256 } = log.putBlob(Buffer.from("large"), "text/plain");
      const mode = (...path: string[]): string =>
        (statSync(join(log.directory, ...path)).mode & 0o777).toString(8);
      expect(mode("..")).toBe("700");
      expect(mode(".")).toBe("700");
      expect(mode("blobs")).toBe("700");
      expect([mode("events.jsonl"), mode("job.json"), mode("blobs", sha256)]).toEqual(["600", "600", "600"]);
    } finally {
      process.umask(umask);
    }
  });

  it("keeps the same bytes once, by their hash, and leaves no half file beside them", () => {
    using scratch = scratchStore();
    using log = scratch.create("job1");
    const blob = log.putBlob(Buffer.from("abc"), "text/plain");
    expect(log.putBlob(Buffer.from("abc"), "text/plain")).toEqual(blob);
    log.putBlob(Buffer.from([0, 255]), "image/png");
    expect(blob).toEqual({
      type: "blob",
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      mediaType: "text/plain",
      size: 3,
    });
    expect(Buffer.from(log.readBlob(blob.sha256)).toString()).toBe("abc");
    expect(readdirSync(join(log.directory, "blobs"))).toHaveLength(2);
  });

  it("gets another head as a whole: who has the one before open reads all of that", () => {
    using scratch = scratchStore();
    const { log } = writeJob(scratch, { headAfter: "end" });
    const file = join(log.directory, "job.json");
    const before = readFileSync(file, "utf8");
    const reader = openSync(file, "r");
    log.saveHead(headFields({ status: "completed", finishedAt: 2_000 }));
    expect(readFileSync(reader, "utf8")).toBe(before);
    closeSync(reader);
    expect(readFileSync(file, "utf8")).not.toBe(before);
  });

  it("has no blob that is not whole, also when the disk was full while one was written", async () => {
    using scratch = scratchStore();
    const store = join(import.meta.dirname, "../../../src/edges/store/create-job.ts");
    const program = `
      const { createJob } = await import(${JSON.stringify(`file://${store}`)});
      const log = createJob({ root: ${JSON.stringify(scratch.root)}, jobId: "job1", hide: "plain" });
      console.log(log.directory);
      log.putBlob(Buffer.alloc(100_000, "x"), "text/plain");`;
    // A file may have 64 KB there, which is as good as a disk without room for the rest.
    const line = 'ulimit -f 64; exec "$0" --no-warnings --input-type=module -e "$1"';
    const full = run("bash", ["-c", line, process.execPath, program]).catch((error: unknown) => error);
    expect(await full).toMatchObject({ stdout: `${join(scratch.root, "job1")}\n` });
    expect(await full).toBeInstanceOf(Error);
    const blobs = readdirSync(join(scratch.root, "job1", "blobs"));
    expect(blobs.filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
  });

  it("hides its folder from git where it lies in a checkout, and only there", () => {
    using hidden = scratchStore("hide");
    writeJob(hidden, { headAfter: "end" });
    expect(readFileSync(join(hidden.root, "..", ".gitignore"), "utf8")).toBe("*\n");
    using plain = scratchStore("plain");
    writeJob(plain, { headAfter: "end" });
    expect(existsSync(join(plain.root, "..", ".gitignore"))).toBe(false);
  });
});

describe("a job's id", () => {
  it.each([
    "",
    ".",
    "..",
    "../job",
    "a/b",
    "a\\b",
    "-job",
    "_job",
    ".job",
    "job.",
    "job 1",
    "job\n",
    "jöb",
    "job\0",
    "a".repeat(65),
  ])("is refused when it is %j, before anything is made or read", (id) => {
    using scratch = scratchStore();
    expect(refusalOf(() => scratch.create(id)).code).toBe("INPUT_INVALID");
    expect(refusalOf(() => scratch.store.load(id)).code).toBe("INPUT_INVALID");
    expect(existsSync(scratch.root)).toBe(false);
  });

  it.each(["a", "0", "Job_1-x", "a".repeat(64)])("may be %j", (id) => {
    using scratch = scratchStore();
    writeJob(scratch, { id, headAfter: "end" });
    expect(scratch.store.load(id).entries).toHaveLength(someEvents.length);
  });

  it("is taken once, and what is there already stays as it was", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const before = readFileSync(job.file);
    expect(refusalOf(() => scratch.create("job1"))).toEqual({
      code: "INPUT_INVALID",
      message: 'There already is a job "job1".',
    });
    expect(readFileSync(job.file)).toEqual(before);
  });

  it("is unknown until a job has it", () => {
    using scratch = scratchStore();
    expect(refusalOf(() => scratch.store.load("job1")).code).toBe("JOB_NOT_FOUND");
    expect(refusalOf(() => loadJournal(join(scratch.root, "events.jsonl"))).code).toBe("JOB_NOT_FOUND");
  });

  it("goes to exactly one of several processes that want it at the same moment", async () => {
    using scratch = scratchStore();
    const store = join(import.meta.dirname, "../../../src/edges/store/create-job.ts");
    const start = Date.now() + 1_500;
    const program = `
      const { createJob } = await import(${JSON.stringify(`file://${store}`)});
      while (Date.now() < ${start});
      let log;
      try { log = createJob({ root: ${JSON.stringify(scratch.root)}, jobId: "job1", hide: "plain" }); }
      catch (error) { console.log(error.code); process.exit(); }
      log.append([{ type: "note", level: "info", text: String(process.pid) }], 1);
      console.log("made");`;
    const wanted = Array.from({ length: 4 }, () =>
      run(process.execPath, ["--no-warnings", "--input-type=module", "-e", program]),
    );
    const said = (await Promise.all(wanted)).map(({ stdout }) => stdout.trim());
    expect(said.sort()).toEqual(["INPUT_INVALID", "INPUT_INVALID", "INPUT_INVALID", "made"]);
    expect(scratch.store.load("job1").entries).toHaveLength(1);
  });

  it("cannot be had where nothing can be written, and the error says where", () => {
    using scratch = scratchStore();
    writeFileSync(scratch.root, "a file where the jobs folder should be");
    const refusal = refusalOf(() => scratch.create("job1"));
    expect(refusal.code).toBe("STORE_FAILED");
    expect(refusal.message).toContain(scratch.root);
  });
});

describe("a disk that fails", () => {
  it("is STORE_FAILED for the head when it cannot be written", () => {
    using scratch = scratchStore();
    using log = scratch.create("job1");
    mkdirSync(join(log.directory, "job.json.tmp"));
    const refusal = refusalOf(() => log.saveHead(headFields()));
    expect(refusal.code).toBe("STORE_FAILED");
    expect(refusal.message).toContain(log.directory);
  });

  it("writes the head through no link that lies in its way", () => {
    using scratch = scratchStore();
    using log = scratch.create("job1");
    const target = join(scratch.root, "elsewhere");
    writeFileSync(target, "mine");
    symlinkSync(target, join(log.directory, "job.json.tmp"));
    log.saveHead(headFields());
    expect(readFileSync(target, "utf8")).toBe("mine");
  });

  it("is STORE_FAILED for events and blobs that cannot be written", () => {
    using scratch = scratchStore();
    const { log } = writeJob(scratch, { headAfter: "never" });
    // Its file is closed by now.
    expect(refusalOf(() => log.append(someEvents, 1_000)).code).toBe("STORE_FAILED");
    writeFileSync(join(log.directory, "blobs"), "in the way");
    expect(refusalOf(() => log.putBlob(Buffer.from("x"), "text/plain")).code).toBe("STORE_FAILED");
  });
});

describe("a list of jobs", () => {
  it("is empty where there never was one", () => {
    using scratch = scratchStore();
    expect(scratch.store.list()).toEqual([]);
  });

  it("begins with the newest", () => {
    using scratch = scratchStore();
    for (const [id, startedAt] of [
      ["old", 1_000],
      ["new", 3_000],
      ["middle", 2_000],
    ] as const) {
      using log = scratch.create(id);
      log.saveHead(headFields({ id, startedAt }));
    }
    const listed = scratch.store.list().map((job) => (job.type === "readable" ? job.head.id : job));
    expect(listed).toEqual(["new", "middle", "old"]);
  });

  it("shows every job beside those whose job.json is damaged, missing or of a newer version", () => {
    using scratch = scratchStore();
    writeJob(scratch, { id: "good", headAfter: "end" });
    writeJob(scratch, { id: "killed", headAfter: "never" });
    for (const [id, text] of [
      ["empty", ""],
      ["foreign", '{"v":1,"id":"foreign"}'],
      ["newer", '{"v":2,"id":"newer"}'],
    ] as const) {
      writeJob(scratch, { id, headAfter: "never" });
      writeFileSync(join(scratch.root, id, "job.json"), text);
    }
    writeJob(scratch, { id: "odd", headAfter: "never" });
    mkdirSync(join(scratch.root, "odd", "job.json"));
    // None of these is a job.
    writeFileSync(join(scratch.root, "notes"), "");
    symlinkSync(join(scratch.root, "nowhere"), join(scratch.root, "dangling"));
    mkdirSync(join(scratch.root, ".hidden"));

    const [first, ...others] = scratch.store.list();
    expect(first).toMatchObject({ type: "readable", head: { id: "good" } });
    const reasons = Object.fromEntries(
      others.map((job) => (job.type === "unreadable" ? [job.id, job.reason] : [job.head.id, "readable"])),
    );
    expect(Object.keys(reasons).sort()).toEqual(["empty", "foreign", "killed", "newer", "odd"]);
    expect(reasons.empty).toContain(`${join(scratch.root, "empty", "job.json")} is not a job`);
    expect(reasons.foreign).toContain("is not a job");
    expect(reasons.killed).toContain("has no job.json");
    expect(reasons.newer).toContain("format 2");
    expect(reasons.odd).toContain("EISDIR");
  });
});
