import { statSync } from "node:fs";

const existing = (names: readonly string[]): readonly string[] =>
  names
    .map((name) => `/proc/${name}`)
    .filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);

/** Switches of the whole machine, which the id of root may write: a core pattern starts programs outside. */
export const switches = existing(["sys", "irq", "bus", "sysrq-trigger", "fs", "mtrr", "pressure"]);

/** What tells of the machine and of others: its memory, keys and timers. */
export const tellingFiles = existing([
  ...[
    "kcore",
    "keys",
    "timer_list",
    "kallsyms",
    "iomem",
    "ioports",
    "slabinfo",
    "vmallocinfo",
    "pagetypeinfo",
  ],
]);
