import { roleOf } from "./populate-people.ts";
import { type ApiError, apiError, notFound } from "./reply.ts";
import {
  findRepository,
  nameKey,
  type Permissions,
  type Repository,
  type Role,
  type Token,
  type World,
} from "./world.ts";

export type Caller = { readonly type: "anonymous" } | { readonly type: "token"; readonly token: Token };

/** What a route asks of its caller. */
export type Needs = {
  /** Alternatives: any one set is enough. A handler may ask for a particular one, by the kind of thread. */
  readonly permissions: readonly Permissions[];
  /** The role a person needs whose own token it is; default: to be able to see the repository. */
  readonly role?: Role;
  /** Whether everyone may read this of a public repository; default: when nothing is written. */
  readonly open?: boolean;
};

const ranks = { none: 0, read: 1, triage: 2, write: 3, maintain: 4, admin: 5 } as const;

export const roleAtLeast = (role: Role, least: Role): boolean => ranks[role] >= ranks[least];

/** @throws ApiError 401 for a token that does not exist */
export const authenticate = (world: World, authorization: string | undefined): Caller => {
  if (authorization === undefined) return { type: "anonymous" };
  const value = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization)?.[1];
  const token = value === undefined ? undefined : world.tokens.get(value);
  if (token === undefined) throw apiError(401, "Bad credentials");
  return { type: "token", token };
};

const covers = (token: Token, repository: Repository): boolean =>
  token.repositories.has(nameKey(repository.fullName));

/** Whether it is there at all for this caller. */
export const maySee = (caller: Caller, repository: Repository): boolean => {
  if (repository.visibility === "public") return true;
  if (caller.type === "anonymous" || !covers(caller.token, repository)) return false;
  return caller.token.type === "installation" || roleOf(repository, caller.token.login).role !== "none";
};

/** `contents=read; issues=write,pull_requests=read`: sets apart by semicolons, as GitHub's header has it. */
export const acceptedPermissions = (sets: readonly Permissions[]): string =>
  sets
    .map((set) =>
      Object.entries(set)
        .map(([name, access]) => `${name}=${access}`)
        .join(","),
    )
    .join("; ");

const satisfies = (token: Token, set: Permissions): boolean =>
  Object.entries(set).every(
    ([name, access]) => token.permissions[name] === "write" || token.permissions[name] === access,
  );

const refusal = (token: Token): ApiError =>
  apiError(
    403,
    `Resource not accessible by ${token.type === "installation" ? "integration" : "personal access token"}`,
  );

const isRead = (sets: readonly Permissions[]): boolean =>
  sets.some((set) => Object.values(set).every((access) => access === "read"));

/**
 * Asks for one of these permission sets, as GitHub does: what is public may be read with any token or none, the
 * rest needs a token that covers the repository and holds the permission.
 *
 * @throws ApiError 401 without a token, 403 without the permission
 */
export const requirePermission = (caller: Caller, repository: Repository, needs: Needs): void => {
  const open = needs.open ?? isRead(needs.permissions);
  if (open && repository.visibility === "public") return;
  if (caller.type === "anonymous") throw apiError(401, "Requires authentication");
  const { token } = caller;
  const granted = covers(token, repository) && needs.permissions.some((set) => satisfies(token, set));
  if (!granted) throw refusal(token);
};

/**
 * The repository, if this caller may do this in it.
 *
 * @throws ApiError 404 for a repository that is not there or must look as if it were not, 401, 403
 */
export const openRepository = (
  world: World,
  caller: Caller,
  request: { readonly fullName: string; readonly needs: Needs; readonly writes: boolean },
): Repository => {
  const repository = findRepository(world, request.fullName);
  if (repository === undefined || !maySee(caller, repository)) throw notFound();
  const { needs } = request;
  requirePermission(caller, repository, needs);
  if (request.writes && repository.archived) {
    throw apiError(403, "Repository was archived so is read-only.");
  }
  if (caller.type === "token" && caller.token.type === "user" && needs.role !== undefined) {
    const { role } = roleOf(repository, caller.token.login);
    if (!roleAtLeast(role, needs.role)) throw apiError(403, "Must have push access to repository");
  }
  return repository;
};
