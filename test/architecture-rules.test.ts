import { describe, expect, it } from "vitest";
import { importCycles } from "./helpers/architecture/cycles.ts";
import { importDirection, pureImports } from "./helpers/architecture/direction.ts";
import { focusedTests } from "./helpers/architecture/focus.ts";
import { environment, pureGlobals } from "./helpers/architecture/purity.ts";
import { fileNames, fileSize, functionSize } from "./helpers/architecture/size.ts";
import { describeViolation, parseSource, type Rule } from "./helpers/architecture/source.ts";
import {
  anyType,
  assertions,
  barrels,
  defaultExports,
  nonNull,
  silencedTypes,
} from "./helpers/architecture/syntax.ts";

/** A file as `path: text`, the text on one line or many. */
type File = readonly [path: string, text: string];
type Case = { readonly rule: Rule; readonly good: readonly File[]; readonly bad: readonly File[] };

const job = (text: string): File => ["src/job/step.ts", text];
const perform = (text: string): File => ["src/run/perform.ts", text];
const scenario = (text: string): File => ["test/job/step.test.ts", text];
const lines = (count: number): string => "// a line\n".repeat(count);

const cases: readonly Case[] = [
  {
    rule: importDirection,
    good: [
      job('import type { Expert } from "../definition/expert.ts";'),
      ["src/report/html.ts", 'import { fold } from "../job/evolve.ts"; import { E } from "../errors.ts";'],
      ["src/run/loop.ts", 'export { decide } from "../job/decide.ts";'],
      [
        "src/edges/model/anthropic.ts",
        'import type { Model } from "../../run/ports.ts"; import "./turn.ts";',
      ],
      [
        "src/edges/system.ts",
        'import type { Clock } from "../run/ports.ts"; import "../report/redaction.ts";',
      ],
      ["src/hosts/wire.ts", 'const { fsStore } = await import("../edges/store/fs-store.ts");'],
      ["src/index.ts", 'import { main } from "./hosts/main.ts";'],
    ],
    bad: [
      ["src/errors.ts", 'import "./definition/expert.ts";'],
      ["src/definition/expert.ts", 'import type { State } from "../job/state.ts";'],
      job('import { report } from "../report/html.ts";'),
      job('type State = import("../perstack/event.ts").Event;'),
      job('export * from "../run/ports.ts";'),
      ["src/run/ports.ts", 'import { perform } from "./perform.ts";'],
      ["src/run/loop.ts", 'const store = await import("../edges/store/fs-store.ts");'],
      ["src/edges/model/anthropic.ts", 'import { fsStore } from "../store/fs-store.ts";'],
      ["src/edges/system.ts", 'import { runJob } from "../run/run-job.ts";'],
      ["src/edges/store/fs-store.ts", 'export { clock } from "../system.ts";'],
      ["src/hosts/wire.ts", 'import "../index.ts";'],
      ["src/index.ts", 'import { runJob } from "./run/run-job.ts";'],
      ["src/hosts/wire.ts", 'import fake from "../../test/helpers/fake.ts";'],
      ["src/hosts/wire.ts", 'import "./main";'],
      ["src/hosts/wire.ts", "await import(name);"],
      ["src/hosts/wire.ts", 'const fs = require("node:fs");'],
      ["src/extras/thing.ts", "export const thing = 1;"],
    ],
  },
  {
    rule: pureImports,
    good: [
      job('import { createHash } from "node:crypto"; import * as z from "zod/mini";'),
      job('import Ajv from "ajv/dist/2020.js"; import { satisfies } from "semver";'),
      ["src/definition/manifest.ts", 'import { parse } from "smol-toml";'],
      ["src/workflows/workflow.ts", 'import { parseDocument } from "yaml";'],
      perform('import { readFileSync } from "node:fs"; import "ai";'),
    ],
    bad: [
      job('import { readFileSync } from "node:fs";'),
      job('import path from "path";'),
      job('import { randomUUID } from "node:crypto";'),
      job('import * as crypto from "node:crypto";'),
      job('const { createHash } = await import("node:crypto");'),
      job('import { parse } from "smol-toml";'),
      job('import { parseDocument } from "yaml";'),
      job('const ai = await import("ai");'),
      job('import type { Tool } from "@modelcontextprotocol/sdk/types.js";'),
      ["src/errors.ts", 'import os from "node:os";'],
    ],
  },
  {
    rule: pureGlobals,
    good: [
      job("export const at = (ms: number) => new Date(ms).toISOString();"),
      job(
        "export type Ports = { fetch(): void; process: string }; export const has = (o: Ports) => o.process;",
      ),
      job('export const words = { fetch: "fetch", setTimeout: 1 };'),
      job("export type Answer = Api.fetch;"),
      perform("export const now = () => Date.now();"),
    ],
    bad: [
      "Date.now();",
      'Date["now"]();',
      "new Date();",
      "Date();",
      "Math.random();",
      "performance.now();",
      "setTimeout(f, 1);",
      "await fetch(url);",
      "const get = fetch;",
      "get = fetch;",
      "const all = { fetch };",
      "crypto.randomUUID();",
      "process.cwd();",
      "globalThis.fetch(url);",
      'console.log("x");',
      "const here = import.meta.url;",
    ].map(job),
  },
  {
    rule: environment,
    good: [
      ["src/hosts/wire.ts", "const { HOME } = process.env;"],
      perform("const os = process.platform; const { env } = options; options.env.HOME;"),
    ],
    bad: [
      perform("process.env.HOME;"),
      perform('process["env"];'),
      perform("globalThis.process.env;"),
      perform("const { env } = process;"),
      perform("const { ...all } = process;"),
      perform('import { env } from "node:process";'),
      ["src/edges/store/fs-store.ts", "const home = process.env?.HOME;"],
    ],
  },
  {
    rule: assertions,
    good: [
      perform('const kinds = ["a"] as const; import { a as b } from "./a.ts"; export { b as c };'),
      perform("const table = { a: 1 } satisfies Record<string, number>;"),
    ],
    bad: [
      perform("const x = y as string;"),
      perform("f(y as unknown as T);"),
      perform("const x = <string>y;"),
    ],
  },
  {
    rule: anyType,
    good: [perform('const any = "any"; const x: unknown = any;')],
    bad: [
      perform("const x: any = 1;"),
      perform("type T = Record<string, any>;"),
      perform("const f = (x: any[]) => x;"),
    ],
  },
  {
    rule: nonNull,
    good: [perform("const x = !y; if (a !== b) f(a?.b);")],
    bad: [
      perform("x!.y;"),
      perform("f(list[0]!);"),
      perform("let x!: string;"),
      perform("class A { x!: string }"),
    ],
  },
  {
    rule: silencedTypes,
    good: [perform("// A comment about ts-ignore.\nf();")],
    bad: [perform("// @ts-expect-error\nf();"), perform("/* @ts-ignore */ f();"), perform("// @ts-nocheck")],
  },
  {
    rule: defaultExports,
    good: [perform('import toml from "smol-toml"; export const a = toml;')],
    bad: [
      perform("export default 1;"),
      perform("const a = 1; export { a as default };"),
      perform('export * as default from "./a.ts";'),
      perform("export = a;"),
    ],
  },
  {
    rule: barrels,
    good: [
      perform('import { a } from "./a.ts"; export const b = a; export { c } from "./c.ts";'),
      perform("f();"),
    ],
    bad: [
      perform('export * from "./a.ts"; export { b } from "./b.ts";'),
      perform('export type { A } from "./a.ts";'),
      perform('import { a } from "./a.ts"; export { a };'),
    ],
  },
  {
    rule: fileSize,
    good: [perform(lines(200))],
    bad: [perform(lines(201))],
  },
  {
    rule: functionSize,
    good: [perform(`${lines(150)}export const f = () => {\n${lines(38)}};`)],
    bad: [
      perform(`export const f = () => {\n${lines(39)}};`),
      perform(`export function f() {\n${lines(39)}}`),
      perform(`class A { f() {\n${lines(39)}} }`),
    ],
  },
  {
    rule: fileNames,
    good: [
      ["src/job/decide.ts", ""],
      ["src/edges/store/fs-store.ts", ""],
      ["src/perstack/prototypes.ts", ""],
    ],
    bad: [
      ["src/job/runJob.ts", ""],
      ["src/job/run_job.ts", ""],
      ["src/job/types.ts", ""],
      ["src/job/string-utils.ts", ""],
      ["src/helpers/clock.ts", ""],
      ["src/run/skill-manager.ts", ""],
    ],
  },
  {
    rule: focusedTests,
    good: [
      scenario('it("a", f); describe.each([1])("b", f); it.skipIf(process.platform === "win32")("c", f);'),
      scenario('// Needs a second uid, which this runner lacks.\nit.skip("a", f);'),
      scenario('it.todo("a"); // waits for the registry'),
      scenario("list.only; options.skip; it('a', { timeout: 1 }, f);"),
    ],
    bad: [
      scenario('it.only("a", f);'),
      scenario('// alone\ndescribe.only("a", f);'),
      scenario('describe.concurrent.only("a", f);'),
      scenario('it.only.each([1])("a", f);'),
      scenario('it("a", { only: true }, f);'),
      scenario('it.runIf(process.env.CI)("a", f); it.skipIf(slow).only("b", f);'),
      scenario('it.skip("a", f);'),
      scenario('it.todo("a");'),
      scenario('test("a", { skip: true }, f);'),
      scenario('// why\n\nit.skip("a", f);'),
    ],
  },
];

describe.each(cases)("the rule '$rule.name'", ({ rule, good, bad }) => {
  it.each(good)("accepts %s: %s", (path, text) => {
    expect(rule.check([parseSource(path, text)]).map(describeViolation)).toEqual([]);
  });

  it.each(bad)("refuses %s: %s", (path, text) => {
    const found = rule.check([parseSource(path, text)]);
    expect(found).not.toEqual([]);
    expect(found.every((violation) => violation.path === path && violation.line >= 1)).toBe(true);
  });
});

describe("the rule 'no import cycle'", () => {
  const file = (path: string, ...targets: readonly string[]) =>
    parseSource(path, targets.map((target) => `import type { A } from "${target}";`).join("\n"));

  it("accepts a diamond", () => {
    const files = [
      file("src/a.ts", "./b.ts", "./c.ts"),
      file("src/b.ts", "./d.ts"),
      file("src/c.ts", "./d.ts"),
      file("src/d.ts"),
    ];
    expect(importCycles.check(files)).toEqual([]);
  });

  it("names the way round, types included, and the line that closes it", () => {
    const files = [file("src/a.ts", "./b.ts"), file("src/b.ts", "./e.ts", "./job/c.ts"), file("src/e.ts")];
    const closing = file("src/job/c.ts", "../e.ts", "../a.ts");
    expect(importCycles.check([...files, closing]).map(describeViolation)).toEqual([
      "src/job/c.ts:2 closes a cycle: src/a.ts → src/b.ts → src/job/c.ts → src/a.ts",
    ]);
  });

  it("finds a second cycle behind the first", () => {
    const files = [
      file("src/a.ts", "./b.ts"),
      file("src/b.ts", "./a.ts", "./c.ts"),
      file("src/c.ts", "./c.ts"),
    ];
    expect(importCycles.check(files)).toHaveLength(2);
  });
});

describe("a violation", () => {
  it("says the file and the line", () => {
    const source = parseSource("src/run/loop.ts", "const a = 1;\n\nconst b = a as string;\n");
    expect(assertions.check([source]).map(describeViolation)).toEqual([
      "src/run/loop.ts:3 asserts a type: parse or narrow instead",
    ]);
  });

  it("is never hidden by a file that cannot be parsed", () => {
    expect(() => parseSource("src/run/loop.ts", "const = ;")).toThrow("src/run/loop.ts cannot be parsed");
  });
});
