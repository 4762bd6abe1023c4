/** What an Expert's definition says of a skill's tools. An empty `pick` means all of them. */
export type ToolSelection = { readonly pick: readonly string[]; readonly omit: readonly string[] };

/**
 * The tools an Expert sees: those it picked, or all, without those it omitted. A name in `pick` or `omit` that the
 * skill does not have is warned about, since a misspelt `omit` leaves a tool in reach.
 */
export const selectTools = <Tool extends { readonly name: string }>(
  listed: readonly Tool[],
  selection: ToolSelection,
  warn: (text: string) => void,
): readonly Tool[] => {
  const names = new Set(listed.map((tool) => tool.name));
  for (const list of ["pick", "omit"] as const) {
    for (const name of selection[list].filter((wanted) => !names.has(wanted))) {
      warn(`has no tool "${name}", which its \`${list}\` names. It has: ${shown(names)}.`);
    }
  }
  return listed
    .filter((tool) => selection.pick.length === 0 || selection.pick.includes(tool.name))
    .filter((tool) => !selection.omit.includes(tool.name));
};

const namesShown = 100;

/** The server's names at a length for a line. */
const shown = (names: ReadonlySet<string>): string => {
  const rest = names.size - namesShown;
  const first = [...names].slice(0, namesShown).map((name) => name.slice(0, 128));
  return `${first.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};
