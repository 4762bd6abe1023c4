import type { Caller } from "./access.ts";
import { apiError } from "./reply.ts";
import type { RateWindow, World } from "./world.ts";

export type RateResource = "core" | "graphql";

const windowOf = (world: World, caller: Caller, resource: RateResource): RateWindow => {
  if (caller.type === "token") return caller.token.rate[resource];
  return { limit: 60, used: 1, reset: Math.floor(world.clock() / 1000) + 3600 };
};

/** Counts one request. @throws ApiError 403 beyond the hour's limit, which the headers tell too */
export const countRequest = (world: World, caller: Caller, resource: RateResource): void => {
  const window = windowOf(world, caller, resource);
  const now = Math.floor(world.clock() / 1000);
  if (now >= window.reset) {
    window.used = 0;
    window.reset = now + 3600;
  }
  if (window.used < window.limit) {
    window.used += 1;
    return;
  }
  const who = caller.type === "token" && caller.token.type === "user" ? "user" : "installation";
  throw apiError(403, `API rate limit exceeded for ${who} ID 1.`);
};

/** The headers GitHub puts on every answer. */
export const rateHeaders = (world: World, caller: Caller, resource: RateResource): Record<string, string> => {
  const { limit, used, reset } = windowOf(world, caller, resource);
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(0, limit - used)),
    "x-ratelimit-used": String(used),
    "x-ratelimit-reset": String(reset),
    "x-ratelimit-resource": resource,
  };
};
