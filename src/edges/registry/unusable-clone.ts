/** How a repository names its objects. */
export type ObjectFormat = "sha1" | "sha256";

/** What is kept of a repository does not serve: it is thrown away and fetched anew. Never leaves this folder. */
export class UnusableClone extends Error {
  /** The format that it must have instead, where that is the reason. */
  readonly format: ObjectFormat | undefined;

  constructor(because: string, format?: ObjectFormat) {
    super(because);
    this.name = "UnusableClone";
    this.format = format;
  }
}
