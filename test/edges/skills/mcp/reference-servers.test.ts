import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openFixture, temporaryDirectory, textOf } from "./fixture-skill.ts";

const everything = fileURLToPath(
  new URL("../../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);
const filesystem = fileURLToPath(
  new URL("../../../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", import.meta.url),
);

test("given the reference server over standard streams, each kind of result arrives as the model can use it", async () => {
  await using skill = await openFixture({
    definition: { args: [everything, "stdio"] },
  });
  expect(textOf(await skill.run("get-sum", { a: 2, b: 40 }))).toContain("42");
  const picture = (await skill.run("get-tiny-image")).contents.find(({ type }) => type === "bytes");
  expect(picture).toMatchObject({ type: "bytes", mediaType: "image/png" });
  const weather = await skill.run("get-structured-content", { location: "New York" });
  expect(JSON.parse(textOf(weather))).toMatchObject({ temperature: expect.any(Number) });
  const links = textOf(await skill.run("get-resource-links", { count: 2 }));
  expect(links).toMatch(/Resource demo:\/\/resource\/\S+ · /);
  const embedded = textOf(await skill.run("get-resource-reference", { resourceType: "Text", resourceId: 1 }));
  expect(embedded).toContain("Resource 1");
  await skill.run("trigger-long-running-operation", { duration: 0.4, steps: 4 });
  expect(skill.events.filter((event) => event.type === "toolProgress").slice(0, 3)).toEqual(
    [1, 2, 3].map((progress) => expect.objectContaining({ toolCallId: "call_1_0", progress, total: 4 })),
  );
});

test("given the reference file server over standard streams, it reads, writes and refuses", async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, "a.txt"), "häll☃");
  await using skill = await openFixture({
    definition: { args: [filesystem, directory.path], omit: ["move_file"] },
    workspace: directory.path,
  });
  expect(skill.tools.find((tool) => tool.name === "read_text_file")?.readOnly).toBe(true);
  expect(skill.tools.find((tool) => tool.name === "write_file")?.readOnly).toBe(false);
  expect(skill.tools.map((tool) => tool.name)).not.toContain("move_file");
  const path = join(directory.path, "a.txt");
  expect(textOf(await skill.run("read_text_file", { path }))).toBe("häll☃");
  const refused = await skill.run("read_text_file", { path: "/etc/passwd" });
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toContain("outside allowed directories");
});
