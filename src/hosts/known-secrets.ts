import { setSecret } from "@actions/core";

/** What must not leave a step, as far as it is known: the Experts' own variables come once they are resolved. */
export type KnownSecrets = {
  readonly values: () => readonly string[];
  /** The runner masks each in its log from here on. */
  readonly add: (values: readonly string[]) => void;
};

export const knownSecrets = (): KnownSecrets => {
  const known = new Set<string>();
  return {
    values: () => [...known],
    add(values) {
      for (const value of values) {
        if (value === "" || known.has(value)) continue;
        known.add(value);
        setSecret(value);
      }
    },
  };
};
