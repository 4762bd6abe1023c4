import { expect, test } from "vitest";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

const manifest = `model = "claude-sonnet-4-5"

[provider]
providerName = "anthropic"

[experts.lead]
description = "Leads."
instruction = "You are LEAD."
delegates = ["reader", "@acme/writer"]

[experts.reader]
description = "Reads files."
instruction = "You are READER. SECRET-OF-READER."

[experts."@acme/writer"]
description = "Writes files."
instruction = "You are WRITER. SECRET-OF-WRITER."
`;

type Body = Readonly<Record<string, unknown>>;

/** Who is asked, by the instruction; the n-th answer of each. */
const byExpert = (answers: Readonly<Record<string, readonly ScriptedAnswer[]>>) => {
  const asked = new Map<string, number>();
  return (_index: number, body: Body): ScriptedAnswer => {
    const name = /You are ([A-Z]+)/.exec(JSON.stringify(body.system))?.[1] ?? "";
    const nth = asked.get(name) ?? 0;
    asked.set(name, nth + 1);
    return (
      answers[name]?.[nth] ?? {
        status: 400,
        type: "invalid_request_error",
        message: `no answer ${nth} for ${name}`,
      }
    );
  };
};

const both: ScriptedAnswer = {
  toolCalls: [
    { name: "reader", args: { query: "Read a.txt for me." } },
    { name: "writer", args: { query: "Write b.txt for me." } },
    { name: "listDirectory", args: { path: "." } },
  ],
};

test("delegates work side by side with tools, see their query alone, and hand back their last word", async () => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: byExpert({
      LEAD: [both, { text: "It is done." }],
      READER: [
        { toolCalls: [{ name: "todo", args: { newTodos: ["of the reader"] } }] },
        { toolCalls: [{ name: "readTextFile", args: { path: "a.txt" } }] },
        { text: "It says one." },
      ],
      WRITER: [
        { toolCalls: [{ name: "todo", args: {} }] },
        { toolCalls: [{ name: "writeTextFile", args: { path: "b.txt", text: "two\n" } }] },
        { text: "It is written." },
      ],
    }),
  });
  const run = await runCli(world, ["run", "lead", "Read a and write b."]);
  expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining("The job is in")]);
  const job = world.recorded();
  expect(job.outcome).toEqual({ type: "completed", text: "It is done." });
  // The Coordinator's own messages: what it heard from each delegate.
  const root = job.state.runs.get("r0");
  expect(root?.messages.at(-2)).toMatchObject({
    role: "tool",
    parts: [
      { tool: "reader", contents: [{ text: "It says one." }], isError: false },
      { tool: "writer", contents: [{ text: "It is written." }], isError: false },
      { tool: "listDirectory" },
    ],
  });
  // The workspace is how they exchange data; nothing else is shared.
  expect(job.heard).toContainEqual({
    tool: "readTextFile",
    isError: false,
    text: expect.stringContaining("one"),
  });
  const writersTodo = job.heard.filter(({ tool }) => tool === "todo").map(({ text }) => text);
  expect(writersTodo).toContain('{"todos":[]}');
  const systems = world.model.requests.map(({ body }) => JSON.stringify(body));
  for (const text of systems) {
    const secrets = ["SECRET-OF-READER", "SECRET-OF-WRITER"].filter((secret) => text.includes(secret));
    expect(secrets.length).toBeLessThanOrEqual(1);
    if (secrets.length === 1) expect(text).not.toContain("Read a and write b.");
  }
  expect(eventLines(run).at(-1)).toMatchObject({ type: "completeRun", text: "It is done." });
  expect([...job.state.runs.keys()]).toEqual([
    "r0",
    expect.stringMatching(/^r0\.1_[01]$/),
    expect.stringMatching(/^r0\.1_[01]$/),
  ]);
  // Steps run on: the Coordinator's second step comes after its delegates' last.
  expect(root?.step).toBe(5);
  expect(world.living()).toEqual([]);
});

test("a delegate that fails is something to read, and its siblings go on", async () => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest, "a.txt": "one\n" },
    answers: byExpert({
      LEAD: [both, { text: "The reader failed." }],
      READER: [{ status: 401, type: "authentication_error", message: "invalid x-api-key" }],
      WRITER: [{ text: "It is written." }],
    }),
  });
  const run = await runCli(world, ["run", "lead", "Read a and write b."]);
  expect(run.exitCode).toBe(0);
  const [failed, written] = world.recorded().heard;
  expect(failed).toMatchObject({
    tool: "reader",
    isError: true,
    // Not the provider's words, who may repeat what the delegate alone knows.
    text: expect.stringContaining("The provider of the delegate's model answered 401."),
  });
  expect(written).toMatchObject({ tool: "writer", isError: false, text: "It is written." });
});

test("the step limit is the whole job's: twelve generations are twelve, however many delegates there are", async () => {
  const again: ScriptedAnswer = { toolCalls: [{ name: "listDirectory", args: { path: "." } }] };
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest },
    answers: (_index, body) =>
      JSON.stringify(body.system).includes("LEAD")
        ? { toolCalls: Array.from({ length: 4 }, () => ({ name: "reader", args: { query: "go" } })) }
        : again,
  });
  const run = await runCli(world, ["run", "lead", "Go.", "--max-steps", "12"]);
  expect(run.exitCode).toBe(1);
  expect(world.model.requests).toHaveLength(12);
  expect(world.recorded().outcome).toEqual({ type: "maxSteps", limit: 12 });
  expect(run.stderr).toContain("limit of 12 steps");
});

test("delegates deeper than eight are refused before anything runs", async () => {
  const chain = Array.from({ length: 10 }, (_, index) => {
    const next = index < 9 ? `delegates = ["e${index + 1}"]\n` : "";
    return `[experts.e${index}]\ninstruction = "x"\n${next}`;
  });
  await using world = await startCliWorld({ files: { "perstack.toml": chain.join("\n") } });
  const run = await runCli(world, ["run", "e0", "Go."]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("reaches 9 delegations deep, and 8 are allowed: e0 → e1 →");
  const fine = await runCli(world, ["validate"]);
  expect(fine.stdout).toContain("9 delegations deep");
});
