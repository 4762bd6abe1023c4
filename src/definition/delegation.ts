/** Who may delegate to whom, by key. Keys that are not in the map are Experts of a registry. */
export type DelegationGraph = ReadonlyMap<string, { readonly delegates: readonly string[] }>;

/** A way round: the keys in order, the last one delegating to the first. */
export type DelegationCycle = readonly string[];

/**
 * The cycles among the graph's own Experts, one for each delegate that closes one, in the graph's order. An
 * Expert that delegates to itself is a cycle of one.
 */
export const delegationCycles = (graph: DelegationGraph): readonly DelegationCycle[] => {
  const cycles: DelegationCycle[] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    if (!done.has(start)) collectCycles(graph, start, { done, cycles });
  }
  return cycles;
};

/** Depth first, with an own stack: a long chain of delegates must not exhaust the call stack. */
const collectCycles = (
  graph: DelegationGraph,
  start: string,
  found: { readonly done: Set<string>; readonly cycles: DelegationCycle[] },
): void => {
  const trail: { readonly key: string; readonly pending: Iterator<string> }[] = [];
  const onTrail = new Set<string>();
  const enter = (key: string) => {
    trail.push({ key, pending: localDelegates(graph, key).values() });
    onTrail.add(key);
  };
  enter(start);
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const next = top.pending.next();
    if (next.done === true) {
      trail.pop();
      onTrail.delete(top.key);
      found.done.add(top.key);
    } else if (onTrail.has(next.value)) {
      const keys = trail.map(({ key }) => key);
      found.cycles.push(keys.slice(keys.indexOf(next.value)));
    } else if (!found.done.has(next.value)) {
      enter(next.value);
    }
  }
};

const localDelegates = (graph: DelegationGraph, key: string): readonly string[] => [
  ...new Set((graph.get(key)?.delegates ?? []).filter((delegate) => graph.has(delegate))),
];

/**
 * What a Run of `start` may reach through delegation, `start` included, nearest first; `missing` are the
 * delegates the graph does not hold, such as those of a registry.
 */
export const reachableExperts = (
  graph: DelegationGraph,
  start: string,
): { readonly local: readonly string[]; readonly missing: readonly string[] } => {
  const seen = new Set([start]);
  // A Set yields what is added while it is walked.
  for (const key of seen) for (const delegate of graph.get(key)?.delegates ?? []) seen.add(delegate);
  const keys = [...seen];
  return { local: keys.filter((key) => graph.has(key)), missing: keys.filter((key) => !graph.has(key)) };
};

/**
 * The longest way from `start` through delegates, `start` included. The graph has no cycles: a manifest with one is
 * refused.
 */
export const deepestDelegation = (graph: DelegationGraph, start: string): readonly string[] => {
  const longest = new Map<string, readonly string[]>();
  const { local } = reachableExperts(graph, start);
  // Whoever is left can go as far as the farthest of its delegates; each round settles one more level.
  for (let settled = -1; settled !== longest.size; ) {
    settled = longest.size;
    for (const key of local.filter((candidate) => !longest.has(candidate))) {
      const ways = localDelegates(graph, key).map((delegate) => longest.get(delegate));
      const known = ways.filter((way) => way !== undefined);
      if (known.length < ways.length) continue;
      longest.set(key, [key, ...known.reduce((best, way) => (way.length > best.length ? way : best), [])]);
    }
  }
  return longest.get(start) ?? [start];
};
