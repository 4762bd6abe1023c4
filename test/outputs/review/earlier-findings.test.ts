import { expect, it } from "vitest";
import { markerLine } from "../../../src/outputs/marker.ts";
import { earlierFindings } from "../../../src/outputs/review/earlier-findings.ts";
import type { OwnThread } from "../../../src/outputs/review/review-change.ts";

const marker = { workflow: "review", job: "expert", expert: "reviewer" };
const print = "0123456789abcdef";
const thread = (title: string, more: Partial<OwnThread> = {}): OwnThread => ({
  ...{ id: "T", comment: 1, path: "a.txt", line: 3, resolved: "by nobody", answered: false },
  body: `${markerLine(marker, [print])}\n\n**${title}**\n\nBecause **of** this.\n`,
  ...more,
});

it("what stands in earlier reviews is told, one a line, and nothing that is over or another's", () => {
  const { line: _, ...moved } = thread("Moved");
  const threads = [
    thread("It squeaks"),
    moved,
    thread("Known", { resolved: "by a person" }),
    thread("Over", { resolved: "by itself" }),
    thread("Marked", { body: `${markerLine(marker)}\n\n_No longer found._\n\n**Marked**\n` }),
    thread("Other", { body: `${markerLine({ ...marker, expert: "triage" }, [print])}\n\n**Other**\n` }),
  ];
  const listed = "### Beside no line of the diff\n\n**Far** (`b.txt`, lines 7 to 9)\r\n\nBecause.";
  const reviews = [
    { body: `${markerLine(marker, [print])}\n\n${listed}`, state: "COMMENTED", commit: "a" },
    { body: listed.replace("Far", "Pasted"), state: "COMMENTED", commit: "a" },
  ];
  expect(earlierFindings({ threads, reviews }, marker)).toEqual([
    "`a.txt`, line 3: It squeaks",
    "`a.txt`, lines that have changed since: Moved",
    "`a.txt`, line 3: Known (a person resolved it)",
    "`b.txt`, lines 7 to 9: Far",
  ]);
});
