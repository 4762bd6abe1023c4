import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The user's own cache of packages: `$XDG_CACHE_HOME/expert-stack`, or the usual place of it. */
export const cacheFolder = (xdg: string | undefined): string =>
  join(xdg === undefined || xdg === "" ? join(homedir(), ".cache") : resolve(xdg), "expert-stack");
