import { existsSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";
import type { Step } from "./step.ts";

/** The folder that the job works on. */
export const workspaceOf = ({ context, inputs }: Step): string =>
  resolve(context.checkout, inputs.workingDirectory);

/**
 * Refuses a `working-directory` that is not there, that is one of git's own, or that is a link or lies behind one: the
 * checkout may be a stranger's, and its link would choose the folder that the Expert reads and writes.
 *
 * @throws ExpertStackError INPUT_INVALID, PATH_ESCAPE
 */
export const checkWorkspace = (step: Step): void => {
  const { checkout } = step.context;
  const workspace = workspaceOf(step);
  const named = `\`working-directory: ${step.inputs.workingDirectory}\``;
  if (!existsSync(workspace) || !statSync(workspace).isDirectory()) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `${named} is no folder of the checkout.`,
      remedy: "Name one that the checkout has, relative to its root.",
    });
  }
  // What a workflow names by its whole path elsewhere is its author's word.
  const way = relative(checkout, workspace);
  if (way.startsWith("..")) return;
  const isLinked = realpathSync(workspace) !== join(realpathSync(checkout), way);
  if (!isLinked && !way.split("/").some((name) => /^\.(?:git|expert-stack)$/i.test(name))) return;
  throw new ExpertStackError({
    code: "PATH_ESCAPE",
    message: `${named} is ${isLinked ? "a link, or lies behind one" : "not a folder for Experts"}.`,
    remedy: "Name a folder of the checkout itself.",
  });
};
