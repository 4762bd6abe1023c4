import { visible } from "./visible.ts";

/** Rows as lines of text whose columns begin below each other; what cannot be printed is shown by its number. */
export const aligned = (rows: readonly (readonly string[])[]): string => {
  const cells = rows.map((row) => row.map(visible));
  const widths = new Map<number, number>();
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      widths.set(column, Math.max(widths.get(column) ?? 0, cell.length));
    }
  }
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths.get(column) ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
};
