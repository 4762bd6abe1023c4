import { existsSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";
import type { Step } from "./step.ts";

/** The folder that the job works on. */
export const workspaceOf = ({ context, inputs }: Step): string =>
  resolve(context.checkout, inputs.workingDirectory);

/**
 * Refuses a `working-directory` that is not there, or that a link of the checkout leads out of it: the checkout may be a
 * stranger's, and its link would choose the folder that the Expert writes to.
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
  if (!isWithin(checkout, workspace) || isWithin(realpathSync(checkout), realpathSync(workspace))) return;
  throw new ExpertStackError({
    code: "PATH_ESCAPE",
    message: `${named} is a link, or lies behind one, that leads out of the checkout.`,
    remedy: "Name the folder itself.",
  });
};

const isWithin = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);
