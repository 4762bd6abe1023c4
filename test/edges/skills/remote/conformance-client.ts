/**
 * The client that `@modelcontextprotocol/conformance` starts, with the server's URL as its argument: the remote skill
 * as a Run opens it, on a policy that lets it reach this machine.
 */
import { openRemote } from "./remote-fixture.ts";

const argumentsOf: Readonly<Record<string, { readonly a: number; readonly b: number }>> = {
  add_numbers: { a: 5, b: 3 },
};

await using far = await openRemote(process.argv.at(-1) ?? "");
for (const { name } of far.offer.tools()) {
  const outcome = await far.run(name, argumentsOf[name] ?? {});
  console.log(name, JSON.stringify(outcome.contents));
}
