import { ExpertStackError } from "../errors.ts";
import type { JobEvent } from "../job/event.ts";
import type { PublishedVersion } from "../registry/index-file.ts";
import { isForSecurity } from "../registry/index-line.ts";
import type { Usage } from "../run/registry/open-registries.ts";

type Note = Extract<JobEvent, { type: "note" }>;

/**
 * What is thought of the versions that were found, as warnings.
 *
 * @throws ExpertStackError VERSION_DISABLED where one was taken back for security's sake: not even a lock keeps it
 */
export const lockedNotes = ({ worn, unasked }: Pick<Usage, "worn" | "unasked">): readonly Note[] => [
  ...worn.map(wornNote),
  ...unasked.map(({ message }) =>
    warning(`What is thought of locked versions since they were locked is not known. ${message}`),
  ),
];

const wornNote = ({ line, status, reason = "" }: PublishedVersion): Note => {
  const key = `${line.name}@${line.version}`;
  if (status === "disabled" && isForSecurity(reason)) {
    throw new ExpertStackError({
      code: "VERSION_DISABLED",
      message: `${key} is locked, and was disabled since: ${reason}.`,
      remedy: `Lock another version: \`expert-stack lock --update ${line.name}\`.`,
    });
  }
  return warning(`${key} is ${status}: ${reason}`);
};

const warning = (text: string): Note => ({ type: "note", level: "warning", text });
