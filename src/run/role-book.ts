import type { Role, Roles } from "../request/role.ts";
import type { Actor } from "../request/trigger.ts";
import type { Repository } from "./github-ports.ts";

/** People whose roles are asked for in one job; whoever is not among them has none. */
const mostAsked = 30;

/**
 * The roles of those whose text an Expert gets, each asked once. An app's bot is nobody with a role, and so is who is not
 * asked about: their text is marked, or left out.
 *
 * @param known what the gate has asked already
 */
export const roleBook = (repository: () => Promise<Pick<Repository, "roleOf">>, known: Roles) => {
  const asked = new Map<string, Promise<Role>>();
  return {
    async roleOf({ login, type }: Actor): Promise<Role> {
      const key = login.toLowerCase();
      const role = known.get(key) ?? asked.get(key);
      if (role !== undefined) return await role;
      if (type !== "User" || asked.size >= mostAsked) return "none";
      const answer = repository().then(({ roleOf }) => roleOf(login));
      asked.set(key, answer);
      return await answer;
    },
  };
};

export type RoleBook = ReturnType<typeof roleBook>;
