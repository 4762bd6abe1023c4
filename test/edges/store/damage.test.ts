import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/edges/store/job-log.ts";
import { loadJournal } from "../../../src/edges/store/load-job.ts";
import { headFields, refusalOf, scratchStore, someEvents, writeJob } from "./scratch-store.ts";

const last = someEvents.length;

/** The line that a refusal names, counted from 1. */
const namedLine = (message: string, file: string): number => {
  expect(message.startsWith(file)).toBe(true);
  return Number(/^(?::| ends before line )(\d+)/.exec(message.slice(file.length))?.[1]);
};

describe("a journal whose last line is torn", () => {
  it("loads without that line, wherever in it the process was killed", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: last - 2 });
    const whole = readFileSync(job.file);
    const lineStart = whole.lastIndexOf(10, whole.length - 2) + 1;
    const before = scratch.store.load("job1").entries.slice(0, -1);
    for (let length = lineStart; length < whole.length; length++) {
      writeFileSync(job.file, whole.subarray(0, length));
      expect(scratch.store.load("job1").entries, `cut after ${length} bytes`).toEqual(before);
      expect(loadJournal(job.file)).toEqual(before);
    }
  });

  it("loads as far as whole lines go also when a batch of several was torn", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: 1 });
    const whole = readFileSync(job.file);
    const { entries } = scratch.store.load("job1");
    for (let length = whole.indexOf(10) + 1; length < whole.length; length += 7) {
      const cut = whole.subarray(0, length);
      writeFileSync(job.file, cut);
      const lines = cut.toString("latin1").split("\n").length - 1;
      expect(scratch.store.load("job1").entries).toEqual(entries.slice(0, lines));
    }
  });

  it("is damage when job.json has seen that line whole", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const whole = readFileSync(job.file);
    const lineStart = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let length = lineStart; length < whole.length; length += 5) {
      writeFileSync(job.file, whole.subarray(0, length));
      const refusal = refusalOf(() => scratch.store.load("job1"));
      expect(refusal.code).toBe("JOURNAL_CORRUPT");
      expect(namedLine(refusal.message, job.file)).toBe(last);
    }
  });

  it("is an empty journal when nothing but a torn line is there, or no line at all", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "never" });
    for (const bytes of [readFileSync(job.file).subarray(0, 40), Buffer.alloc(0)]) {
      writeFileSync(job.file, bytes);
      expect(scratch.store.load("job1")).toEqual({ entries: [], head: undefined });
    }
    rmSync(job.file);
    expect(scratch.store.load("job1")).toEqual({ entries: [], head: undefined });
  });
});

describe("a journal that was changed", () => {
  it("is refused for any byte of any line, and the error names that line or the one that shows it", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const whole = readFileSync(job.file);
    const place = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(place, ({ at, to }) => {
        fc.pre(whole[at] !== to);
        const changed = Buffer.from(whole);
        changed[at] = to;
        writeFileSync(job.file, changed);
        const refusal = refusalOf(() => scratch.store.load("job1"));
        expect(refusal.code).toBe("JOURNAL_CORRUPT");
        const line = whole.subarray(0, at).toString("latin1").split("\n").length;
        expect([line, line + 1]).toContain(namedLine(refusal.message, job.file));
      }),
      { numRuns: 300 },
    );
  });

  it("is refused for a change before its last line also when the job was killed before job.json was saved", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "never" });
    const lines = job.lines();
    for (const index of lines.keys()) {
      if (index === lines.length - 1) continue;
      // Still an entry of the right shape: only the chain can tell.
      job.rewrite(lines.map((line, at) => (at === index ? line.replace(/"at":1/, '"at":2') : line)));
      for (const load of [() => scratch.store.load("job1"), () => loadJournal(job.file)]) {
        const refusal = refusalOf(load);
        expect(refusal.code).toBe("JOURNAL_CORRUPT");
        expect(namedLine(refusal.message, job.file)).toBe(index + 2);
      }
    }
  });

  it("is refused for a line that was taken out, put in twice, or swapped with the next", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const lines = job.lines();
    for (const index of lines.keys()) {
      const [line = "", next] = [lines[index], lines[index + 1]];
      const damaged = {
        "taken out": lines.toSpliced(index, 1),
        "put in twice": lines.toSpliced(index, 0, line),
        ...(next === undefined ? {} : { swapped: lines.toSpliced(index, 2, next, line) }),
      };
      for (const [how, changed] of Object.entries(damaged)) {
        job.rewrite(changed);
        const refusal = refusalOf(() => scratch.store.load("job1"));
        expect(refusal.code, `line ${index + 1} ${how}`).toBe("JOURNAL_CORRUPT");
        expect([index + 1, index + 2]).toContain(namedLine(refusal.message, job.file));
      }
    }
  });

  it("is refused when whole lines are missing at its end that job.json has seen, and says which is the first", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const lines = job.lines();
    for (let kept = 0; kept < last; kept++) {
      job.rewrite(lines.slice(0, kept));
      const refusal = refusalOf(() => scratch.store.load("job1"));
      expect(refusal).toEqual({
        code: "JOURNAL_CORRUPT",
        message: `${job.file} ends before line ${last}, which job.json recorded: its tail was cut.`,
      });
    }
    rmSync(job.file);
    expect(refusalOf(() => scratch.store.load("job1")).code).toBe("JOURNAL_CORRUPT");
  });

  it("is refused when its tail was cut and another one, with a right chain, was put there", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const forged = { ...scratch.store.load("job1").entries[last - 1], at: 5 };
    job.rewrite([...job.lines().slice(0, -1), JSON.stringify(forged)]);
    const refusal = refusalOf(() => scratch.store.load("job1"));
    expect(refusal.code).toBe("JOURNAL_CORRUPT");
    expect(namedLine(refusal.message, job.file)).toBe(last);
  });

  it("is refused for a blank line, for two entries in one, and for text before the first", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const [first = "", second = "", ...rest] = job.lines();
    for (const [lines, named] of [
      [[first, "", second, ...rest], 2],
      [[`${first}${second}`, ...rest], 1],
      [[`\uFEFF${first}`, second, ...rest], 1],
      [["{}", first, second, ...rest], 1],
    ] as const) {
      job.rewrite(lines);
      const refusal = refusalOf(() => scratch.store.load("job1"));
      expect(refusal.code).toBe("JOURNAL_CORRUPT");
      expect(namedLine(refusal.message, job.file)).toBe(named);
    }
  });
});

describe("job.json", () => {
  it("may be missing, as when the job was killed before it was first written", () => {
    using scratch = scratchStore();
    writeJob(scratch, { headAfter: "never" });
    const loaded = scratch.store.load("job1");
    expect(loaded.head).toBeUndefined();
    expect(loaded.entries).toHaveLength(last);
  });

  it("may lag behind the journal, as when the job was killed between the two", () => {
    using scratch = scratchStore();
    writeJob(scratch, { headAfter: 2 });
    const loaded = scratch.store.load("job1");
    expect(loaded.head?.head.seq).toBe(2);
    expect(loaded.entries).toHaveLength(last);
  });

  it.each([
    ["empty", ""],
    ["cut", '{"v":1,"id":"job1","sta'],
    ["no object", "[]"],
    ["without a head", JSON.stringify(headFields())],
    ["of an unknown status", JSON.stringify({ ...headFields(), status: "fine", head: { seq: 1, hash: "" } })],
  ])("is damage when it is %s, and the error names it", (_, text) => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const file = join(job.log.directory, "job.json");
    writeFileSync(file, text);
    const refusal = refusalOf(() => scratch.store.load("job1"));
    expect(refusal.code).toBe("JOURNAL_CORRUPT");
    expect(refusal.message).toContain(file);
  });

  it("of another job does not fit", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    using other = scratch.create("job2");
    other.append(someEvents.slice(0, 3), 9_000);
    other.saveHead(headFields({ id: "job2" }));
    writeFileSync(join(job.log.directory, "job.json"), readFileSync(join(scratch.root, "job2", "job.json")));
    expect(refusalOf(() => scratch.store.load("job1"))).toMatchObject({
      code: "JOURNAL_CORRUPT",
      message: expect.stringContaining(`${job.file}:3 `),
    });
  });
});

describe("what a newer version wrote", () => {
  /** A journal with a right chain whose second line holds this event. */
  const journalWith = (event: Record<string, unknown>, line: 1 | 2) => {
    const scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "never" });
    const [first = "", second = ""] = job.lines();
    const entry = { ...JSON.parse(line === 1 ? first : second), event };
    const lines = line === 1 ? [JSON.stringify(entry)] : [first, JSON.stringify(entry)];
    job.rewrite(lines);
    expect(JSON.parse(lines.at(-1) ?? "").prev).toBe(line === 1 ? "0".repeat(64) : sha256(first));
    return { ...scratch, file: job.file };
  };

  it("is no damage: an unknown event is named, with its line", () => {
    using at = journalWith({ type: "moonPhase", phase: 3 }, 2);
    expect(refusalOf(() => at.store.load("job1"))).toEqual({
      code: "JOURNAL_VERSION",
      message: `${at.file}:2 holds an event "moonPhase", which this version does not know.`,
    });
    expect(refusalOf(() => loadJournal(at.file)).code).toBe("JOURNAL_VERSION");
  });

  it("is no damage: another format of the journal is named", () => {
    using at = journalWith({ type: "jobStarted", v: 2, anything: "else" }, 1);
    expect(refusalOf(() => at.store.load("job1"))).toEqual({
      code: "JOURNAL_VERSION",
      message: `${at.file}:1 begins a journal of format 2, which this version does not know.`,
    });
  });

  it("is no damage: another format of job.json is named", () => {
    using scratch = scratchStore();
    const job = writeJob(scratch, { headAfter: "end" });
    const file = join(job.log.directory, "job.json");
    writeFileSync(file, JSON.stringify({ v: 2, job: {} }));
    expect(refusalOf(() => scratch.store.load("job1"))).toEqual({
      code: "JOURNAL_VERSION",
      message: `${file} is a job of format 2, which this version does not know.`,
    });
  });

  it.each([
    [{ type: "note", level: "loud", text: "x" }, "event.level"],
    [{ type: "note", level: "info" }, "event.text"],
    [{ level: "info", text: "x" }, "event"],
    [{ type: "runFinished", runId: "r0", outcome: { type: "completed" } }, "event.outcome.text"],
  ])("is damage when a known event lacks what it must have: %j", (event, place) => {
    using at = journalWith(event, 2);
    const refusal = refusalOf(() => at.store.load("job1"));
    expect(refusal.code).toBe("JOURNAL_CORRUPT");
    expect(refusal.message).toContain(`${at.file}:2 `);
    expect(refusal.message).toContain(place);
  });
});
