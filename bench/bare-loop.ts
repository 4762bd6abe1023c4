/**
 * The floor of a step: a bare Node program that sends the same growing conversation and does nothing else. Run as a
 * process of its own: `node bench/bare-loop.ts <url> <steps>`.
 */
const [url = "", steps = "0"] = process.argv.slice(2);
const result = `${"x".repeat(63)}\n`.repeat(32);
const messages: object[] = [{ role: "user", content: "go" }];
for (let step = 1; step <= Number(steps) + 1; step++) {
  const body = JSON.stringify({ model: "claude-sonnet-4-5", max_tokens: 1000, stream: true, messages });
  const headers = { "content-type": "application/json", "x-api-key": "key-of-the-benchmark" };
  const response = await fetch(`${url}/messages`, { method: "POST", headers, body });
  const events = (await response.text()).split("\n\n").flatMap((event) => {
    const data = /^data: (.*)$/m.exec(event)?.[1];
    return data === undefined ? [] : [JSON.parse(data)];
  });
  if (events.length === 0) throw new Error("no answer");
  messages.push(
    {
      role: "assistant",
      content: [{ type: "tool_use", id: `call_${step}_0`, name: "readTextFile", input: {} }],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: `call_${step}_0`, content: result }] },
  );
}
