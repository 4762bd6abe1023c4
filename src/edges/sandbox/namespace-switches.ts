import { existsSync, readFileSync } from "node:fs";

/** Ubuntu's switch (23.10 and later), and that of others; each is there where it decides. */
export const namespaceSwitches: readonly (readonly [name: string, allowing: string])[] = [
  ["kernel/apparmor_restrict_unprivileged_userns", "0"],
  ["kernel/unprivileged_userns_clone", "1"],
];

export const switchFile = (name: string): string => `/proc/sys/${name}`;

/** The one that forbids namespaces here, and what allows them. */
export const forbiddingSwitch = (): (typeof namespaceSwitches)[number] | undefined =>
  namespaceSwitches.find(([name, allowing]) => {
    const file = switchFile(name);
    return existsSync(file) && readFileSync(file, "utf8").trim() !== allowing;
  });
