/** Whether git takes this for the name of a branch or a tag (`git check-ref-format`). */
export const isRefName = (name: string): boolean =>
  !/[\0- \x7f~^:?*[\\]|\.\.|@\{/.test(name) &&
  name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")) &&
  !name.startsWith("-") &&
  !name.endsWith(".");
