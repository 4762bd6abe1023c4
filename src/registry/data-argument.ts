/**
 * Whether an argument of a published skill's package can only be data.
 *
 * A published skill runs one version of one package, which everybody can look at. An argument must not make it run
 * anything else: no option that loads code or settings, no other package, file, path, address or command. What is
 * known to be harmless is allowed, not what is known to be harmful forbidden, so:
 *
 * - a value is a word of letters, digits, `_` and `-`, or a list of such with commas, or a number; a dot is followed
 *   by a digit (`0.5`), since `server.py` is a file of the workspace;
 * - an option is `--name` or `--name=value` in lower case, and none of its name's words speaks of code or of a place,
 *   also where two are written as one (`--userconfig`) or one is cut off (`--conf`).
 *   One letter (`-e`, `-r`, `-c`) is code too often.
 */
export const isDataArgument = (argument: string): boolean => {
  const [, name = "", value] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(argument) ?? [];
  if (name === "") return isValue(argument);
  return (
    !name.split("-").some((word) => words.has(word) || joined.test(word)) &&
    !isCutOff(name) &&
    (value === undefined || isValue(value))
  );
};

/** `--conf`, which many a program takes for `--config`; a short word at the end of others is one: `--top-p`. */
const isCutOff = (name: string): boolean => {
  const last = name.slice(name.lastIndexOf("-") + 1);
  return (last === name || last.length > 2) && [...words].some((word) => word.startsWith(last));
};

const isValue = (text: string): boolean =>
  text.length <= 128 && /^[A-Za-z0-9](?:[A-Za-z0-9_,-]|\.(?=\d))*$/.test(text);

/** `configfile`, `baseurl`; but `transcript`. */
const joined =
  /config|plugin|loader|module|folder|registry|proxy|(?:path|file|dir|url|uri|env|cmd|bin|root|host|exec|command|(?<!tran)script)s?$/;

/** Of an option's name, where it may bring in code, settings, or something from elsewhere. */
const words: ReadonlySet<string> = new Set([
  ...[
    "eval",
    "exec",
    "execute",
    "run",
    "script",
    "scripts",
    "code",
    "command",
    "cmd",
    "shell",
    "call",
    "spawn",
  ],
  ...[
    "require",
    "import",
    "load",
    "loader",
    "preload",
    "plugin",
    "plugins",
    "extension",
    "extensions",
    "addon",
  ],
  ...["module", "modules", "package", "packages", "install", "with", "from", "requirements", "spec", "hook"],
  ...[
    "hooks",
    "init",
    "config",
    "configuration",
    "settings",
    "rc",
    "env",
    "environment",
    "profile",
    "define",
  ],
  ...[
    "file",
    "files",
    "path",
    "paths",
    "dir",
    "directory",
    "folder",
    "root",
    "cwd",
    "prefix",
    "home",
    "workspace",
  ],
  ...["url", "uri", "endpoint", "host", "server", "proxy", "registry", "index", "repo", "repository", "git"],
  ...[
    "inspect",
    "debug",
    "node",
    "python",
    "interpreter",
    "executable",
    "bin",
    "binary",
    "browser",
    "chrome",
  ],
  ...["source", "sources", "src", "template", "preset", "socket", "address", "remote", "lib", "library"],
  ...["key", "token", "secret", "password", "unsafe", "insecure", "sandbox", "permission", "permissions"],
]);

/**
 * Packages whose words are what to run or to fetch: with an argument such a skill would be something else than the
 * version it names.
 */
export const runsItsArguments = (name: string): boolean =>
  runners.has(
    // PyPI takes `MCP_.Proxy` for `mcp-proxy`: https://peps.python.org/pep-0503/#normalized-names
    name
      .replace(/\[.*$/, "")
      .replace(/[-_.]+/g, "-")
      .toLowerCase(),
  );

const runners: ReadonlySet<string> = new Set([
  ...[
    "node",
    "npm",
    "npx",
    "pnpm",
    "pnpx",
    "yarn",
    "bun",
    "bunx",
    "deno",
    "deno-bin",
    "corepack",
    "nx",
    "lerna",
  ],
  ...["tsx", "ts-node", "jiti", "esno", "vite-node", "zx", "shx", "shelljs", "nodemon", "pm2", "forever"],
  ...["concurrently", "npm-run-all", "npm-run-all2", "wireit", "cross-env", "cross-env-shell", "env-cmd"],
  ...[
    "dotenv-cli",
    "execa",
    "foreverjs",
    "patch-package",
    "degit",
    "giget",
    "create",
    "yo",
    "plop",
    "sh",
    "bash",
  ],
  ...[
    "uv",
    "uvx",
    "pip",
    "pipx",
    "poetry",
    "pdm",
    "hatch",
    "rye",
    "nox",
    "tox",
    "invoke",
    "python",
    "ipython",
  ],
  ...["xonsh", "conda", "pixi", "honcho", "supervisor", "supergateway", "mcp-proxy", "mcp-remote", "fastmcp"],
  ...[
    "electron",
    "mocha",
    "jest",
    "vitest",
    "@babel/node",
    "ts-node-dev",
    "pkgx",
    "turbo",
    "mcporter",
    "mcpo",
  ],
  ...["pytest", "jupyter", "streamlit", "marimo", "uvicorn", "gunicorn", "ansible", "fabric"],
  ...["@smithery/cli", "@modelcontextprotocol/inspector", "mcp"],
]);
