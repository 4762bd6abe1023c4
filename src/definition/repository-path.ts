/** Whether a path names a file inside of a repository by its letters: relative, with no `.`, `..` or empty name. */
export const isRepositoryPath = (path: string): boolean =>
  !/[\\\p{Cc}]/u.test(path) && path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
