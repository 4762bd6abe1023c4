import { expect, test } from "vitest";
import type { ScriptedAnswer } from "../helpers/model-server.ts";
import { eventLines, runCli, startCliWorld } from "../helpers/run-cli.ts";

const manifest = `model = "claude-sonnet-4-5"

[provider]
providerName = "anthropic"

[experts.triage]
instruction = "You triage."
`;

const schema = JSON.stringify({
  type: "object",
  properties: { kind: { enum: ["bug", "feature"] } },
  required: ["kind"],
  additionalProperties: false,
});

const run = async (answers: readonly ScriptedAnswer[], further: readonly string[] = []) => {
  await using world = await startCliWorld({
    files: { "perstack.toml": manifest, "schema.json": schema },
    answers,
  });
  const args = further.length === 0 ? ["--output-schema", schema] : further;
  const ran = await runCli(world, ["run", "triage", "What is it?", "--job-id", "job1", ...args]);
  return {
    ...ran,
    requests: world.model.requests,
    job: world.model.requests.length === 0 ? undefined : world.recorded("job1"),
  };
};

test("an answer that fits ends the job with the object, told of the schema from the start", async () => {
  const { exitCode, job, requests, ...ran } = await run([{ text: '```json\n{"kind":"bug"}\n```' }]);
  expect(exitCode).toBe(0);
  expect(job?.outcome).toMatchObject({ type: "completed", structured: { kind: "bug" } });
  expect(JSON.stringify(requests[0]?.body.system)).toContain("# Form of the final answer");
  expect(eventLines({ exitCode, ...ran }).at(-1)).toMatchObject({ type: "completeRun" });
});

test("one that does not is asked for again, with what is wrong, in the provider's own structured form", async () => {
  const { exitCode, job, requests } = await run(
    [{ text: "It is a bug." }, { text: '{"kind":"bug"}' }],
    ["--output-schema-file", "schema.json"],
  );
  expect(exitCode).toBe(0);
  expect(job?.outcome).toMatchObject({ type: "completed", structured: { kind: "bug" } });
  expect(requests).toHaveLength(2);
  expect(JSON.stringify(requests[1]?.body.messages)).toContain("it is no JSON object");
  expect(JSON.stringify(requests[1]?.body)).toContain('"json_schema"');
  expect(JSON.stringify(requests[0]?.body)).not.toContain('"json_schema"');
});

test("three that do not are a failure that says why", async () => {
  const wrong: ScriptedAnswer = { text: '{"kind":"nonsense"}' };
  const { exitCode, stderr, requests } = await run([wrong, wrong, wrong, wrong]);
  expect(exitCode).toBe(1);
  expect(requests).toHaveLength(3);
  expect(stderr).toContain("OutputSchemaMismatch");
  expect(stderr).toContain("must be equal to one of the allowed values");
});

test.each([
  ["no JSON", "{", "JSON text of one JSON Schema"],
  ["of no object", '{"type":"string"}', '`"type": "object"`'],
  ["no JSON Schema", '{"type":"object","properties":{"a":{"type":"nonsense"}}}', "is no JSON Schema"],
])("a schema that is %s is refused before anybody is asked", async (_, text, says) => {
  const { exitCode, stderr, requests } = await run([], ["--output-schema", text]);
  expect([exitCode, requests.length]).toEqual([2, 0]);
  expect(stderr).toContain(says);
});
