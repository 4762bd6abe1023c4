import * as z from "zod/mini";
import { patterned, ruled, text, textList } from "./field.ts";
import type { Immutable } from "./immutable.ts";
import { isPrivateHost } from "./public-host.ts";

const domainPattern =
  /^(?!(?:.*\.)?[xX][nN]--)(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

const domain = patterned(
  domainPattern,
  {
    expected: "a host name in ASCII, or one after `*.`, without scheme, port or path",
    remedy: 'Write the host alone, such as "api.example.com" or "*.example.com".',
  },
  "A host name, or `*.` and a host name.",
);

const domains = (description: string) => z.array(domain).register(z.globalRegistry, { description });

const common = {
  description: z.exactOptional(text("What the skill is for.")),
  rule: z.exactOptional(text("How the Expert should use the skill's tools.")),
};

const selection = {
  pick: z._default(textList("Only these tools of the skill are offered; empty means all."), []),
  omit: z._default(textList("Tools of the skill that are not offered."), []),
};

const environmentName = patterned(
  /^[A-Za-z_][A-Za-z0-9_-]*$/,
  {
    expected: "the name of an environment variable",
    remedy: 'Write the name alone, such as "GH_TOKEN"; its value comes from the environment.',
  },
  "Name of an environment variable.",
);

/** An MCP server that runs as a process and talks over its standard streams. */
export const McpStdioSkill = z.strictObject({
  type: z
    .literal("mcpStdioSkill")
    .register(z.globalRegistry, { description: "An MCP server run as a process." }),
  ...common,
  ...selection,
  command: z
    .string()
    .check(z.minLength(1))
    .register(z.globalRegistry, { description: "What to run: `npx`, `uvx`, or a program." }),
  packageName: z.exactOptional(
    z.string().check(z.minLength(1)).register(z.globalRegistry, {
      description: "Package for `npx` or `uvx`, with its version: `pkg@1.2.3`.",
    }),
  ),
  args: z._default(
    textList("Arguments; for `npx` and `uvx` the package first, unless `packageName` says it."),
    [],
  ),
  requiredEnv: z._default(
    z.array(environmentName).register(z.globalRegistry, {
      description: "Environment variables the skill gets, beyond a few harmless ones.",
    }),
    [],
  ),
  allowedDomains: z.exactOptional(
    domains(
      "Hosts the skill may reach, over HTTPS. In a sandbox it reaches no others; without a list, none.",
    ),
  ),
  workspace: z.exactOptional(
    z.enum(["read", "write"]).register(z.globalRegistry, {
      description: "What the skill's process may do to the workspace: `read`, or `write` (the default).",
    }),
  ),
  lazyInit: z._default(
    z.boolean().register(z.globalRegistry, {
      description:
        "Start the skill beside the first request: its tools come when it is up, and a failure is a warning.",
    }),
    false,
  ),
});
export type McpStdioSkill = Immutable<z.infer<typeof McpStdioSkill>>;

/** An MCP server reached over HTTP: streamable HTTP first, server-sent events as fallback. */
export const McpSseSkill = z.strictObject({
  type: z
    .literal("mcpSseSkill")
    .register(z.globalRegistry, { description: "An MCP server reached over HTTPS." }),
  ...common,
  ...selection,
  endpoint: ruled(
    (value) => URL.canParse(value) && isPublicEndpoint(new URL(value)),
    {
      expected: "an https URL of a public host, without user and password",
      remedy: 'Write it in full, such as endpoint = "https://mcp.example.com/mcp".',
    },
    "URL of the server: https, no private address.",
  ),
  allowedDomains: z.exactOptional(
    domains("Hosts that the endpoint may redirect to, besides its own. No other host is ever asked."),
  ),
});
export type McpSseSkill = Immutable<z.infer<typeof McpSseSkill>>;

const isPublicEndpoint = (url: URL): boolean =>
  url.protocol === "https:" && url.username === "" && url.password === "" && !isPrivateHost(url.hostname);

/** Providers take schemas of objects only. */
const isObjectSchema = (value: string): boolean => {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return false;
    return !("type" in parsed) || parsed.type === "object";
  } catch {
    return false;
  }
};

const InteractiveTool = z.strictObject({
  description: z.exactOptional(text("What the tool asks for, for the model.")),
  inputJsonSchema: ruled(
    isObjectSchema,
    {
      expected: 'JSON text of one JSON Schema with "type": "object"',
      remedy: `Write inputJsonSchema = '{"type":"object","properties":{}}' and fill it in.`,
    },
    "JSON Schema of the tool's arguments, as JSON text.",
  ),
});

const toolName = patterned(
  /^[A-Za-z0-9_-]{1,128}$/,
  {
    expected: "a tool name of letters, digits, `_` and `-`, at most 128 characters",
    remedy: "Rename the tool.",
  },
  "Name of a tool.",
);

/** Tools a person answers: calling one stops the Run until the answer is given. */
const InteractiveSkill = z.strictObject({
  type: z
    .literal("interactiveSkill")
    .register(z.globalRegistry, { description: "Tools that a person answers." }),
  ...common,
  tools: z
    .record(toolName, InteractiveTool)
    .register(z.globalRegistry, { description: "The tools, by name." }),
});

/** A source of tools for an Expert. */
export const Skill = z.discriminatedUnion("type", [McpStdioSkill, McpSseSkill, InteractiveSkill]);
export type Skill = Immutable<z.infer<typeof Skill>>;
