import { longest, objectSchema } from "../tool-schema.ts";

/** What a step's author allows of a review. */
export type ReviewAllowance = {
  /** Findings, beside the diff or not. */
  readonly maxComments: number;
  /** Whether it may approve. */
  readonly approve: boolean;
  /** Also on an untrusted trigger. */
  readonly untrusted: boolean;
};

/** Of what an Expert writes; a sanitised text is longer, and has to stay below what GitHub takes. */
export const mostCharacters = { path: 1_000, title: 200, body: 6_000, suggestion: 10_000 } as const;

const finding = "addReviewFinding";
const verdict = "finishReview";

export const toolPart = (tool: string): "finding" | "verdict" => (tool === finding ? "finding" : "verdict");

/** The tools of a review: one for each finding, and one for what they come to. */
export const reviewTools = ({ maxComments }: ReviewAllowance, approval: "allowed" | "refused") => [
  {
    name: finding,
    description: [
      `Adds a finding to the review of the pull request, beside lines of its diff: at most ${maxComments}.`,
      "Lines that the diff does not show are told in the review's text instead.",
      "A finding that was in an earlier review is known by path, title and what the lines say: add it again under",
      "the same title as long as it holds. What is not added again is taken for done.",
      "All is published as one review once you have finished.",
    ].join(" "),
    inputSchema: objectSchema(findingSchema, ["startLine", "side", "suggestion"]),
  },
  {
    name: verdict,
    description:
      "Ends the review of the pull request with what its findings come to. It is published once you have finished.",
    inputSchema: objectSchema({
      event: {
        enum: ["COMMENT", "REQUEST_CHANGES", ...(approval === "allowed" ? ["APPROVE"] : [])],
        description: "COMMENT says something, REQUEST_CHANGES keeps the pull request from being merged.",
      },
      summary: {
        type: "string",
        description: "Markdown; it may be empty. Findings are not to be repeated in it.",
        maxLength: longest.body / 2,
      },
    }),
  },
];

const findingSchema = {
  path: {
    type: "string",
    description: "Of the file, as the diff has it.",
    minLength: 1,
    maxLength: mostCharacters.path,
  },
  line: { type: "integer", description: "The line, or the last one of several.", minimum: 1 },
  startLine: {
    type: "integer",
    description: "The first line of several, in the same hunk of the diff as the last.",
    minimum: 1,
  },
  side: {
    enum: ["LEFT", "RIGHT"],
    description:
      "Whose numbers the lines have: RIGHT, the default, the new file's; LEFT the old file's, for lines taken away.",
  },
  title: {
    type: "string",
    description: "What is wrong, in one line of plain words.",
    minLength: 1,
    maxLength: mostCharacters.title,
  },
  body: { type: "string", description: "Why, in Markdown.", maxLength: mostCharacters.body },
  suggestion: {
    type: "string",
    description: "Code to stand instead of exactly these lines, whole lines with their indentation.",
    maxLength: mostCharacters.suggestion,
  },
} as const;
