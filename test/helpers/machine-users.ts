import { readFileSync } from "node:fs";

/** The ids of a user of this machine. @returns nothing when there is no such user */
export const userIds = (name: string): { readonly uid: number; readonly gid: number } | undefined => {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
};
