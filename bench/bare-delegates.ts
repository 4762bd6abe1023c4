/**
 * The floor of a delegation: a bare Node program that asks once, then so many times at the same time, then once more,
 * and does nothing else. Run as a process of its own: `node bench/bare-delegates.ts <url> <count> [sdk]`; with `sdk`
 * the requests are made and the answers read by the AI SDK's provider.
 */
import { createAnthropic } from "@ai-sdk/anthropic";

const [url = "", count = "0", by] = process.argv.slice(2);

const bySdk = async (question: string): Promise<void> => {
  const model = createAnthropic({ apiKey: "key-of-the-benchmark", baseURL: url })("claude-sonnet-4-5");
  const prompt = [
    { role: "system" as const, content: question },
    { role: "user" as const, content: [{ type: "text" as const, text: "go" }] },
  ];
  const { stream } = await model.doStream({ prompt });
  for await (const _ of stream);
};

const byNode = async (question: string): Promise<void> => {
  const messages = [{ role: "user", content: "go" }];
  const body = JSON.stringify({ model: "claude-sonnet-4-5", system: question, stream: true, messages });
  const response = await fetch(`${url}/messages`, { method: "POST", body });
  for (const line of (await response.text()).split("\n")) {
    if (line.startsWith("data: ")) JSON.parse(line.slice("data: ".length));
  }
};

const ask = by === "sdk" ? bySdk : byNode;
await ask("You ask the others.");
await Promise.all(Array.from({ length: Number(count) }, (_, index) => ask(`You are d${index + 1}.`)));
await ask("You ask the others.");
