import { cliOption, invalidValue } from "./option-values.ts";

/** Which registry an author means, in a checkout. */
export type RegistryRemote = {
  /** The remote that is the registry. */
  readonly registry?: string;
  /** The registry's default branch. */
  readonly branch?: string;
};

/** The remote, which git takes for no option of its own. @throws ExpertStackError INPUT_INVALID */
export const remoteOf = ({ registry = "origin" }: RegistryRemote): string => {
  if (/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(registry)) return registry;
  throw invalidValue(
    cliOption("--registry", registry, "publish"),
    "the name of a git remote, such as origin",
  );
};
