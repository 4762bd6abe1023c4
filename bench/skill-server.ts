/** An MCP server with one tool, as most are made: on the SDK. Run as `node bench/skill-server.ts <name>`. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

const [name = "skill"] = process.argv.slice(2);
const server = new McpServer({ name, version: "1.0.0" });
server.registerTool(`${name}Tool`, { description: `The tool of ${name}.` }, () => ({
  content: [{ type: "text", text: "done" }],
}));
await server.connect(new StdioServerTransport());
