/**
 * The floor of a streamed answer: a bare Node program that reads the same events and writes one line for each. Run as
 * a process of its own: `node bench/bare-stream.ts <url>`.
 */
const [url = ""] = process.argv.slice(2);
const body = JSON.stringify({
  model: "claude-sonnet-4-5",
  messages: [{ role: "user", content: "go" }],
  stream: true,
});
const response = await fetch(`${url}/messages`, { method: "POST", body });
const decoder = new TextDecoder();
let rest = "";
for await (const chunk of response.body ?? []) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const event = JSON.parse(line.slice("data: ".length));
    process.stdout.write(`${JSON.stringify({ type: event.type, delta: event.delta?.text })}\n`);
  }
}

export {};
