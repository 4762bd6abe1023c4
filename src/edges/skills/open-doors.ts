import { isolates } from "../../job/sandbox-tier.ts";
import type { OpenedSandbox } from "../../run/sandbox-ports.ts";

/** What a definition promises of a skill's process and nothing keeps here; or what it will miss. */
export const openDoors = (
  { sandbox, network }: OpenedSandbox,
  { hosts, access }: { readonly hosts: readonly string[]; readonly access: "read" | "write" },
): readonly { readonly level: "info" | "warning"; readonly text: string }[] => {
  const isHeld = isolates(sandbox.tier);
  const unheld = { level: "warning", text: "" } as const;
  return [
    ...(access === "read" && !isHeld
      ? [
          {
            ...unheld,
            text: "may only read the workspace, and no sandbox holds it to that here: it can write.",
          },
        ]
      : []),
    ...(hosts.length > 0 && (!isHeld || network === "open")
      ? [
          {
            ...unheld,
            text: "lists `allowedDomains`, and nothing holds it to them here: its network is open.",
          },
        ]
      : []),
    ...(hosts.length === 0 && isHeld && network === "enforced"
      ? [
          {
            level: "info",
            text: "has no network. If it needs one, name its hosts in its `allowedDomains`.",
          } as const,
        ]
      : []),
  ];
};
