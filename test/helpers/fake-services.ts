/**
 * A GitHub, a results service and a model on this machine, for whoever is not a test in this process:
 *
 *     node test/helpers/fake-services.ts --world world.json --fixtures model.json
 *
 * Prints one line of JSON with addresses and tokens and serves until it is told to end. `POST <control>/__world`
 * answers with everything that happened; its body may hold `seed` (more world) and `failNext` (trouble).
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { LLMock } from "@copilotkit/aimock";
import { z } from "zod";
import { Seed, seedWorld } from "./fake-github/seed.ts";
import { type FakeGitHub, startFakeGitHub } from "./fake-github/server.ts";
import { worldJson } from "./fake-github/world-json.ts";
import type { Artifact } from "./fake-results/artifact.ts";
import { type FakeResults, startFakeResults } from "./fake-results/server.ts";
import { type Listening, listen, readBody } from "./loopback-server.ts";
import { readZip } from "./read-zip.ts";

type Services = {
  readonly github: FakeGitHub;
  readonly results: FakeResults;
  readonly model: LLMock;
};

const Trouble = z.strictObject({
  service: z.enum(["github", "results"]),
  method: z.string().exactOptional(),
  /** A regular expression. */
  path: z.string(),
  status: z.number(),
  body: z.unknown().exactOptional(),
  times: z.number().exactOptional(),
});

const Command = z.strictObject({ seed: Seed.exactOptional(), failNext: Trouble.exactOptional() });

const failNext = ({ github, results }: Services, trouble: z.infer<typeof Trouble>): void => {
  const { service, path, ...fault } = trouble;
  const target = service === "github" ? github : results;
  target.failNext({ ...fault, path: new RegExp(path) });
};

/** An artifact's files as text, since whoever reads this has a JSON reader and no unzip. */
const artifactJson = ({ bytes, ...artifact }: Artifact) => {
  const isZip = artifact.mimeType === "application/zip";
  const files = isZip ? readZip(bytes) : new Map([[artifact.name, bytes]]);
  return {
    ...artifact,
    files: Object.fromEntries([...files].map(([name, data]) => [name, data.toString("utf8")])),
  };
};

const stateJson = ({ github, results, model }: Services) => ({
  ...worldJson(github.world),
  artifacts: results.artifacts.map(artifactJson),
  resultsRequests: results.requests,
  modelRequests: model.getRequests().map(({ method, path, body, response }) => {
    return { method, path, body, status: response.status };
  }),
});

const obey = (services: Services, text: string): void => {
  const command = Command.parse(text === "" ? {} : JSON.parse(text));
  if (command.seed !== undefined) seedWorld(services.github.world, command.seed);
  if (command.failNext !== undefined) failNext(services, command.failNext);
};

const startControl = (services: Services): Promise<Listening> =>
  listen(
    createServer(async (request, response) => {
      const text = (await readBody(request)).toString("utf8");
      const reply = (status: number, json: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      if (request.method !== "POST" || request.url !== "/__world")
        return reply(404, { message: "POST /__world" });
      try {
        obey(services, text);
      } catch (error) {
        return reply(400, { message: String(error) });
      }
      return reply(200, stateJson(services));
    }),
  );

const readSeed = (path: string | undefined): Seed =>
  path === undefined ? {} : Seed.parse(JSON.parse(readFileSync(path, "utf8")));

const startModel = async (fixtures: string | undefined): Promise<LLMock> => {
  const model = new LLMock({ port: 0, strict: true });
  if (fixtures !== undefined) model.loadFixtureFile(fixtures);
  await model.start();
  return model;
};

const untilToldToEnd = (): Promise<void> =>
  new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { world: { type: "string" }, fixtures: { type: "string" } } });
  await using github = await startFakeGitHub();
  await using results = await startFakeResults();
  const model = await startModel(values.fixtures);
  const tokens = seedWorld(github.world, readSeed(values.world));
  await using control = await startControl({ github, results, model });
  const { url, graphqlUrl, serverUrl } = github;
  const line = {
    github: { url, graphqlUrl, serverUrl },
    results: { url: results.url, runtimeToken: results.runtimeToken },
    model: { url: model.url },
    control: { url: `${control.url}/__world` },
    tokens: tokens.map(({ value }) => value),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  await untilToldToEnd();
  await model.stop();
};

await main();
