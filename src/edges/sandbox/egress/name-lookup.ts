import { lookup } from "node:dns/promises";

type Addresses = readonly { readonly address: string }[];

/**
 * Looks names up as every program of this machine does, one after the other: of the few threads that Node has for lookups
 * the runner's own requests need some, and a skill may ask for names whose servers never answer. Who asks for a name that
 * is being looked up gets the same answer.
 */
export const nameLookup = (
  ask: (host: string) => Promise<Addresses> = (host) => lookup(host, { all: true }),
): ((host: string) => Promise<Addresses>) => {
  const asked = new Map<string, Promise<Addresses>>();
  let last: Promise<unknown> = Promise.resolve();
  return (host) => {
    const known = asked.get(host);
    if (known !== undefined) return known;
    const answer = last.then(() => ask(host)).finally(() => asked.delete(host));
    asked.set(host, answer);
    last = answer.catch(() => undefined);
    return answer;
  };
};
