import { nearestName } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import { answeredEvents } from "../request/guess-event.ts";
import { workflowRules } from "../workflows/check-workflow.ts";
import { isOurs, ourJobs, type Remark, type Rule } from "../workflows/rule.ts";
import type { Step } from "../workflows/workflow.ts";
import { readInputs } from "./action-inputs.ts";

/** What `with:` says is read as a step reads it, so that a wrong line is known before an event has come. */
const wrongInput: Rule = {
  name: "wrong-input",
  find: ({ jobs }) =>
    jobs
      .flatMap(({ steps }) => steps.filter(isOurs))
      .flatMap((step) => [...unknownInputs(step), ...refusedInputs(step)]),
};

/** Every name that a step's inputs are read by. */
const inputNames: readonly string[] = (() => {
  const names = new Set<string>();
  readInputs((name) => {
    names.add(name);
    return name === "expert" ? "any" : "";
  });
  return [...names];
})();

const unknownInputs = ({ path, with: inputs }: Step): readonly Remark[] =>
  Object.keys(inputs ?? {})
    .filter((name) => !inputNames.includes(name.toLowerCase()))
    .map((name) => {
      const meant = nearestName(name, inputNames);
      return {
        severity: "error",
        path: [...path, "with", name],
        message: `there is no input \`${name}\`, and GitHub starts the step without it`,
        expected: "an input that action.yml declares",
        remedy: meant === undefined ? "Take it out." : `Did you mean \`${meant}\`? Write that in its place.`,
      };
    });

/** One after the other: each is left out once it is told, so that the next comes to light. */
const refusedInputs = (step: Step): readonly Remark[] => {
  const remarks: Remark[] = [];
  const told = new Set<string>();
  for (;;) {
    const problem = refusalOf((name) => (told.has(name) ? standIn(name) : written(step, name)));
    if (problem === undefined) return remarks;
    const named = inputNames.find(
      (name) => !told.has(name) && step.input(name) !== "" && isNamed(name, problem.message),
    );
    // Inputs that do not fit each other are told once.
    if (named === undefined && remarks.length > 0) return remarks;
    remarks.push({
      severity: "error",
      path: [...step.path, "with", ...(named === undefined ? [] : [named])],
      message: problem.message.replace(/\.$/, ""),
      expected: "what the step can run with",
      remedy: problem.remedy,
    });
    if (named === undefined) return remarks;
    told.add(named);
  }
};

const isNamed = (name: string, message: string): boolean =>
  message.includes(`\`${name}\``) || message.includes(`\`${name}: `);

/** What an expression comes to is known when it runs: it is taken for something that is right. */
const written = (step: Step, name: string): string => {
  const text = step.input(name);
  return text.includes("${{") ? standIn(name) : text;
};

const standIn = (name: string): string =>
  name === "expert" ? "any" : name === "max-jobs-per-actor" ? "1" : "";

const refusalOf = (read: (name: string) => string): ExpertStackError | undefined => {
  try {
    readInputs(read);
    return undefined;
  } catch (error) {
    if (error instanceof ExpertStackError) return error;
    throw error;
  }
};

/** A workflow that others call runs on their events. */
const unansweredEvent: Rule = {
  name: "unanswered-event",
  find: (workflow) => {
    const events = [...workflow.events.keys()];
    if (ourJobs(workflow).length === 0 || events.includes("workflow_call")) return [];
    if (events.some((event) => answeredEvents.includes(event))) return [];
    return [
      {
        severity: "warning",
        path: ["on"],
        message: `Experts do not answer ${events.map((event) => `\`${event}\``).join(", ")}: the step ends as skipped each time`,
        expected: `one of ${answeredEvents.join(", ")}`,
        remedy: "Start the workflow by one of these.",
      },
    ];
  },
};

/** All rules: those of a workflow by itself, and those that know what a step takes. */
export const stepRules: readonly Rule[] = [...workflowRules, wrongInput, unansweredEvent];
