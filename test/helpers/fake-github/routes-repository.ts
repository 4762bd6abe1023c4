import { resolveCommit } from "./commit-graph.ts";
import { repositoryApi, repositoryHtml } from "./links.ts";
import { roleOf } from "./populate-people.ts";
import { apiError, notFound, ok, type Reply } from "./reply.ts";
import { type RepositoryCall, type Route, repositoryRoute } from "./route.ts";
import { commitJson, refJson } from "./shape-commit.ts";
import { fullRepositoryJson, permissionFlags } from "./shape-repository.ts";
import { userJson } from "./shape-user.ts";
import { nameKey, type Role } from "./world.ts";

const callerRole = ({ caller, repository }: RepositoryCall): Role => {
  if (caller.type === "anonymous") return "read";
  const { token } = caller;
  if (token.type === "user") return roleOf(repository, token.login).role;
  return token.permissions.contents === "write" ? "write" : "read";
};

const getRepository = (call: RepositoryCall): Reply =>
  ok(fullRepositoryJson(call.world, call.links, call.repository, callerRole(call)));

/** The base role a role counts as where only four exist. */
const legacy: Readonly<Record<Role, string>> = {
  admin: "admin",
  maintain: "write",
  write: "write",
  triage: "read",
  read: "read",
  none: "none",
};

const getPermission = (call: RepositoryCall): Reply => {
  const login = call.params.username ?? "";
  const user = call.world.users.get(nameKey(login));
  if (user?.type !== "User") throw apiError(404, `${login} is not a user`);
  const { role, customRole } = roleOf(call.repository, user.login);
  const roleName = customRole ?? role;
  return ok({
    permission: legacy[role],
    role_name: roleName,
    user: {
      ...userJson(call.world, call.links, user.login),
      permissions: permissionFlags(role),
      role_name: roleName,
    },
  });
};

const getRef = ({ links, repository, params }: RepositoryCall): Reply => {
  const name = params.ref ?? "";
  const [kind, ...rest] = name.split("/");
  const branches = kind === "heads" ? repository.branches : undefined;
  const sha = (branches ?? (kind === "tags" ? repository.tags : undefined))?.get(rest.join("/"));
  if (sha === undefined) throw notFound();
  return ok(refJson(links, repository, { name, sha }));
};

const getBranch = ({ links, repository, params }: RepositoryCall): Reply => {
  const name = params.branch ?? "";
  const commit = repository.branches.has(name) ? resolveCommit(repository, `heads/${name}`) : undefined;
  if (commit === undefined) throw apiError(404, "Branch not found");
  const self = `${repositoryApi(links, repository)}/branches/${name}`;
  const isProtected = repository.protectedBranches.has(name);
  return ok({
    name,
    commit: commitJson(links, repository, commit),
    _links: { self, html: `${repositoryHtml(links, repository)}/tree/${name}` },
    protected: isProtected,
    protection: {
      enabled: isProtected,
      required_status_checks: { enforcement_level: "off", contexts: [], checks: [] },
    },
    protection_url: `${self}/protection`,
  });
};

const contents = { permissions: [{ contents: "read" }] } as const;

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute("GET ", { permissions: [{ metadata: "read" }] }, getRepository),
  repositoryRoute(
    "GET /collaborators/{username}/permission",
    { permissions: [{ metadata: "read" }], role: "write", open: false },
    getPermission,
  ),
  repositoryRoute("GET /git/ref/{ref}", contents, getRef),
  repositoryRoute("GET /branches/{branch}", contents, getBranch),
];
