import { apiError, ok } from "./reply.ts";
import { accountRoute, type Call, callerLogin, type Route } from "./route.ts";
import { accountJson } from "./shape-user.ts";

const currentUser = (call: Call) => {
  const login = callerLogin(call.caller);
  const isApp = call.caller.type === "token" && call.caller.token.type === "installation";
  if (isApp) throw apiError(403, "Resource not accessible by integration");
  return ok(accountJson(call.world, call.links, login));
};

const rateLimit = (call: Call) => {
  const rate = call.caller.type === "token" ? call.caller.token.rate : undefined;
  const json = (window = { limit: 60, used: 0, reset: Math.floor(call.world.clock() / 1000) + 3600 }) => ({
    limit: window.limit,
    used: window.used,
    remaining: Math.max(0, window.limit - window.used),
    reset: window.reset,
  });
  const core = json(rate?.core);
  return ok({ resources: { core, search: json(), graphql: json(rate?.graphql) }, rate: core });
};

export const accountRoutes: readonly Route[] = [
  accountRoute("GET /user", currentUser),
  accountRoute("GET /rate_limit", rateLimit),
];
