import { bytes, inlineCode, integer, table } from "./markdown.ts";
import type { SandboxFacts } from "./sandbox-facts.ts";

const meaning = {
  bubblewrap: "Processes of skills had files, processes and a network of their own.",
  namespaces: "Processes of skills had files, processes and a network of their own.",
  user: "Processes of skills ran as another user, and were held by nothing else.",
  none: "**Processes of skills ran as the runner's user, held by nothing.**",
} as const;

/** Which sandbox held the job's processes and why no stronger one did, in markdown. */
export const sandboxText = ({ tier, network, lacking }: SandboxFacts): string => {
  const lines = [
    `${tier === "none" ? "None" : inlineCode(tier)}. ${meaning[tier]}${network === "open" ? " The network was open." : ""}`,
    ...lacking.map(
      ({ tier: other, reason, remedy }) =>
        `- Not ${inlineCode(other)}: ${inlineCode(reason)}${remedy === undefined ? "" : `. ${inlineCode(remedy)}`}`,
    ),
  ];
  return lines.join("\n");
};

/** The hosts that processes asked for, as rows of a table. */
export const hostRows = ({ hosts }: SandboxFacts): readonly (readonly string[])[] =>
  hosts.map(({ skill, host, port, verdict, reason, attempts, bytesUp, bytesDown }) => [
    inlineCode(skill),
    inlineCode(`${host}:${port}`),
    verdict === "refused" ? "**refused**" : "allowed",
    integer(attempts),
    bytes(bytesUp),
    bytes(bytesDown),
    reason === undefined ? "" : inlineCode(reason),
  ]);

export const hostTable = (rows: readonly (readonly string[])[]): string =>
  table(["Skill", "Host", "Verdict", "Attempts", "Sent", "Received", "Why"], rows);
