import type { Field } from "./action-metadata.ts";

/** Inputs that the workflow sets itself, or that need a file of the runner. */
const own = ["mode", "plan", "plan-digest", "github-token", "artifact-name"];

/** What every job is asked alike: who may ask whom, and what may be published. */
const gate = [
  "expert",
  "commands",
  "config",
  "trigger-phrase",
  "permission",
  "allow-users",
  "allow-bots",
  "max-jobs-per-actor",
  "safe-outputs",
  "comment",
  "on-skip",
];

/** Credentials of providers; the job that plans has those that the caller hands over, the others have none. */
const secrets = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "GOOGLE_GENERATIVE_AI_API_KEY",
  "GOOGLE_VERTEX_API_KEY",
  "DEEPSEEK_API_KEY",
  "AZURE_API_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
];

/** Outputs of the job that publishes; the others are files of its runner or for the next job. */
const results = [
  "conclusion",
  "final-message",
  "structured-output",
  "job-id",
  "checkpoint-id",
  "artifact-id",
  "artifact-url",
  "comment-url",
  "expert",
  "steps",
  "input-tokens",
  "output-tokens",
  "cost-usd",
];

/** Where the action lies in a folder of the commit that the workflow is of. */
const action = "$/.github/actions/expert";

/** https://github.com/actions/checkout/releases/tag/v6.1.0 */
const checkout = "actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0";

const generated = "# Written by `npm run workflow` from action.yml.\n";

const quoted = (text: string): string => JSON.stringify(text);
const expression = (text: string): string => `\${{ ${text} }}`;

const lines = (indent: number, entries: readonly string[]): string =>
  entries.map((entry) => `${" ".repeat(indent)}${entry}\n`).join("");

const inputOf = ({ name, description, default: value }: Field): readonly string[] => [
  `${name}:`,
  `  description: ${quoted(description)}`,
  "  type: string",
  ...(value === undefined ? ["  required: true"] : [`  default: ${quoted(value)}`]),
];

const passed = (names: readonly string[]): readonly string[] =>
  names.map((name) => `${name}: ${expression(`inputs.${name}`)}`);

const outputsOf = (names: readonly string[], step: string): readonly string[] =>
  names.map((name) => `${name}: ${expression(`steps.${step}.outputs.${name}`)}`);

/** The same action, below the folder of its code. */
export const folderAction = (yaml: string): string =>
  `${generated}${yaml.replace(/^ {2}(main|post): dist\//gm, "  $1: ../../../dist/")}`;

/** @param inputs and `outputs` of the action that can be used */
export const reusableWorkflow = (inputs: readonly Field[], outputs: readonly Field[]): string => {
  const offered = inputs.filter(({ name }) => !own.includes(name));
  const described = outputs.filter(({ name }) => results.includes(name));
  return `${generated}${header(offered, described)}
jobs:
${ackJob}
${planJob(offered.map(({ name }) => name))}
${publishJob}`;
};

const header = (inputs: readonly Field[], outputs: readonly Field[]): string => `name: expert

on:
  workflow_call:
    inputs:
${lines(6, [...further, ...inputs.flatMap(inputOf)])}    secrets:
${lines(
  6,
  secrets.flatMap((name) => [`${name}:`, "  required: false"]),
)}    outputs:
${lines(6, outputs.flatMap(workflowOutput))}`;

const further: readonly string[] = [
  "runs-on:",
  `  description: ${quoted("Label of the runner.")}`,
  "  type: string",
  "  default: ubuntu-latest",
  "checkout:",
  `  description: ${quoted("Whether the Expert has a checkout to read: of the event's own commit, and never of a fork's head on pull_request_target.")}`,
  "  type: boolean",
  "  default: true",
];

/** A job that publishes nothing since there was nothing to do is not started. */
const workflowOutput = ({ name, description }: Field): readonly string[] => [
  `${name}:`,
  `  description: ${quoted(description)}`,
  `  value: ${expression(`jobs.publish.outputs.${name} || jobs.plan.outputs.${name}`)}`,
];

const ackJob = `  # Shows whoever asked that somebody is looking. Runs no model.
  ack:
    runs-on: ${expression("inputs.runs-on")}
    timeout-minutes: 10
    permissions:
      issues: write
      pull-requests: write
    outputs:
      conclusion: ${expression("steps.ack.outputs.conclusion")}
    steps:
      - id: ack
        uses: ${action}
        with:
          mode: ack
${lines(10, passed(gate))}`;

const planJob = (
  names: readonly string[],
): string => `  # Reads what strangers wrote, with the provider's key and with no permission to write.
  plan:
    runs-on: ${expression("inputs.runs-on")}
    permissions:
      contents: read
      issues: read
      pull-requests: read
      actions: read
    outputs:
${lines(6, outputsOf(["plan", "plan-digest", ...results], "plan"))}    steps:
      - if: ${expression("inputs.checkout")}
        uses: ${checkout}
        with:
          persist-credentials: false
      - id: plan
        uses: ${action}
        with:
          mode: plan
${lines(10, passed(names))}        env:
${lines(
  10,
  secrets.map((name) => `${name}: ${expression(`secrets.${name}`)}`),
)}`;

const publishJob = `  # Publishes what was planned, with the permissions of the calling job: those that its \`safe-outputs\` need. Has no key.
  publish: # zizmor: ignore[excessive-permissions]
    needs: [ack, plan]
    if: >-
      ${expression(
        "!cancelled() && (needs.ack.outputs.conclusion == 'success' || !contains(fromJSON('[\"skipped\", \"denied\"]'), needs.plan.outputs.plan))",
      )}
    runs-on: ${expression("inputs.runs-on")}
    timeout-minutes: 30
    outputs:
${lines(6, outputsOf(results, "publish"))}    steps:
      - id: publish
        uses: ${action}
        with:
          mode: publish
          plan: ${expression("needs.plan.outputs.plan")}
          plan-digest: ${expression("needs.plan.outputs.plan-digest")}
${lines(10, passed(gate))}`;
