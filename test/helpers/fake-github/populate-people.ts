import {
  type Collaborator,
  findRepository,
  nameKey,
  type Permissions,
  type RateWindow,
  type Repository,
  type Role,
  type Token,
  type User,
  type World,
} from "./world.ts";

/** The bot behind every workflow's `GITHUB_TOKEN`, with its real ids. */
const actionsBot: User = {
  id: 41_898_282,
  nodeId: "MDM6Qm90NDE4OTgyODI=",
  login: "github-actions[bot]",
  type: "Bot",
};

/** Adds a user, or returns the one of that name. A login that ends in `[bot]` is a bot. */
export const addUser = (world: World, login: string, type?: User["type"]): User => {
  const known = world.users.get(nameKey(login));
  if (known !== undefined) return known;
  const id = world.nextId();
  const user: User =
    login === actionsBot.login
      ? actionsBot
      : { id, nodeId: nodeId("U", id), login, type: type ?? (login.endsWith("[bot]") ? "Bot" : "User") };
  world.users.set(nameKey(login), user);
  return user;
};

/** An opaque global id, as GitHub's: a type's letters and something that is not the database id. */
export const nodeId = (prefix: string, id: number): string =>
  `${prefix}_${Buffer.from(`fake:${id}`).toString("base64url")}`;

/** Gives a person a role, or a role of the organisation's own on top of a base role. */
export const addCollaborator = (
  world: World,
  repository: Repository,
  login: string,
  role: Role | Collaborator,
): void => {
  addUser(world, login);
  repository.collaborators.set(nameKey(login), typeof role === "string" ? { role } : role);
};

const rateWindow = (world: World, limit: number): RateWindow => ({
  limit,
  used: 0,
  reset: Math.floor(world.clock() / 1000) + 3600,
});

export type NewToken = {
  readonly value?: string;
  /** Default: an installation token of `github-actions[bot]`. */
  readonly login?: string;
  readonly permissions: Permissions;
  /** `owner/name` of each repository; default: every one there is now. */
  readonly repositories?: readonly string[];
};

/** Adds a token. Its login says what it is: a bot's is an installation token, a person's a user token. */
export const addToken = (world: World, token: NewToken): Token => {
  const user = addUser(world, token.login ?? actionsBot.login);
  const type = user.type === "Bot" ? "installation" : "user";
  const names = token.repositories ?? [...world.repositories.values()].map(({ fullName }) => fullName);
  const { installationRequests, userRequests } = world.limits;
  const added: Token = {
    value: token.value ?? `${type === "installation" ? "ghs" : "ghp"}_${nodeId("fake", world.nextId())}`,
    type,
    login: user.login,
    permissions: { metadata: "read", ...token.permissions },
    repositories: new Set(names.map(nameKey)),
    rate: {
      core: rateWindow(world, type === "installation" ? installationRequests : userRequests),
      graphql: rateWindow(world, type === "installation" ? installationRequests : userRequests),
    },
  };
  world.tokens.set(added.value, added);
  return added;
};

/** The next request with this token is over its hourly limit. */
export const exhaustRateLimit = (token: Token, resource: "core" | "graphql" = "core"): void => {
  token.rate[resource].used = token.rate[resource].limit;
};

/** A person's role in a repository: the owner's is admin, a stranger's depends on who may read. */
export const roleOf = (repository: Repository, login: string): Collaborator => {
  const assigned = repository.collaborators.get(nameKey(login));
  if (assigned !== undefined && assigned.role !== "none") return assigned;
  if (nameKey(login) === nameKey(repository.owner)) return { role: "admin" };
  return { role: repository.visibility === "public" ? "read" : "none" };
};

/** @throws Error when a test names a repository that is not there */
export const repositoryNamed = (world: World, fullName: string): Repository => {
  const repository = findRepository(world, fullName);
  if (repository === undefined) throw new Error(`the fake GitHub has no repository ${fullName}`);
  return repository;
};
