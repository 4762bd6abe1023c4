import type { ActionWorld } from "./action-world.ts";
import type { ModelServer } from "./model-server.ts";
import { type ActionOptions, type ActionRun, runAction } from "./run-action.ts";

/** What the model was sent with one request of Anthropic's protocol. */
export type Prompt = {
  readonly system: string;
  /** The first user message: the query. */
  readonly query: string;
  readonly tools: readonly string[];
  /** What the tools of the latest answer gave back. */
  readonly results: readonly { readonly text: string; readonly isError: boolean }[];
};

/** One run of the action, with what it asked of GitHub and of the model. */
export type StepRun = ActionRun & {
  /** `METHOD /path?query`, in the order they came. */
  readonly api: readonly string[];
  readonly prompts: readonly Prompt[];
};

export const runStep = async (world: ActionWorld, options: ActionOptions): Promise<StepRun> => {
  const { requests } = world.github.world;
  const [asked, prompted] = [requests.length, world.model.requests.length];
  const run = await runAction(world, options);
  return {
    ...run,
    api: requests.slice(asked).map(({ method, path, query }) => {
      const search = new URLSearchParams(query).toString();
      return `${method} ${path}${search === "" ? "" : `?${search}`}`;
    }),
    prompts: world.model.requests.slice(prompted).map(readPrompt),
  };
};

const readPrompt = ({ body }: ModelServer["requests"][number]): Prompt => {
  const messages = listOf(body.messages);
  const latest = listOf(fieldOf(messages.at(-1), "content"));
  return {
    system: textOf(body.system),
    query: textOf(fieldOf(messages[0], "content")),
    tools: listOf(body.tools).map((tool) => String(fieldOf(tool, "name"))),
    results: latest
      .filter((part) => fieldOf(part, "type") === "tool_result")
      .map((part) => ({
        text: textOf(fieldOf(part, "content")),
        isError: fieldOf(part, "is_error") === true,
      })),
  };
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Text as a string or as a list of parts, as the protocol allows both. */
const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : listOf(content)
        .map((part) => String(fieldOf(part, "text") ?? ""))
        .join("");
