/** Roles in a repository, weakest first. */
export const roles = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof roles)[number];

/** Roles by login, in lower case. A login that is missing has none. */
export type Roles = ReadonlyMap<string, Role>;

export const atLeast = (role: Role, wanted: Role): boolean => roles.indexOf(role) >= roles.indexOf(wanted);

/** On a public repository everybody may read, so that role says nothing about a person. */
export const effectiveRole = (login: string, known: Roles, visibility: "public" | "private"): Role => {
  const role = known.get(login.toLowerCase()) ?? "none";
  return role === "read" && visibility === "public" ? "none" : role;
};

/** Whether a step takes text of people with this role without a warning: where anybody may ask, that of those who may write. */
export const isTrusted = (role: Role, permission: Role): boolean =>
  atLeast(role, permission === "none" ? "write" : permission);
