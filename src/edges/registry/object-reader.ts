import { ExpertStackError } from "../../errors.ts";
import { type GitCommand, killGroup, startGit } from "./git-process.ts";
import { UnusableClone } from "./unusable-clone.ts";

export type GitObject = {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
};

/** Bytes of one object. An index file of a thousand versions has about a mebibyte. */
const largestObject = 16 * 1024 ** 2;

/** One `git cat-file` that answers for as long as it is wanted. It never asks the network for anything. */
export class ObjectReader implements AsyncDisposable {
  readonly #child: ReturnType<typeof startGit>;
  readonly #bytes: AsyncIterator<Buffer>;
  readonly #ended: Promise<void>;
  #read = Buffer.alloc(0);

  constructor(command: Omit<GitCommand, "args">) {
    this.#child = startGit({ ...command, args: ["cat-file", "--batch"] });
    this.#child.stderr.resume();
    this.#ended = new Promise((resolve) =>
      this.#child.once("close", () => resolve()).on("error", () => resolve()),
    );
    this.#bytes = this.#child.stdout[Symbol.asyncIterator]();
  }

  /**
   * Objects by id or by any name git knows (`refs/…^{commit}`), in order; nothing for one that is not here.
   *
   * @throws UnusableClone when git cannot read what it should, or the signal's reason; the reader is of no use then
   */
  async ask(names: readonly string[], signal: AbortSignal): Promise<readonly (GitObject | undefined)[]> {
    signal.throwIfAborted();
    const onAbort = (): void => killGroup(this.#child);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      this.#child.stdin.write(names.map((name) => `${name}\n`).join(""));
      const objects: (GitObject | undefined)[] = [];
      for (const name of names) objects.push(await this.#answer(name));
      return objects;
    } catch (error) {
      killGroup(this.#child);
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.#child);
    this.#child.stdout.destroy();
    await this.#ended;
  }

  async #answer(name: string): Promise<GitObject | undefined> {
    const line = await this.#line();
    if (/ (?:missing|ambiguous)$/.test(line)) return undefined;
    const [, id, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(line) ?? [];
    if (id === undefined || type === undefined) throw new UnusableClone(`git cat-file said: ${line}`);
    if (Number(size) > largestObject) throw tooLarge(name);
    const content = await this.#take(Number(size) + 1);
    return { id, type, content: content.subarray(0, -1) };
  }

  async #line(): Promise<string> {
    while (!this.#read.includes("\n")) await this.#more();
    const line = await this.#take(this.#read.indexOf("\n") + 1);
    return line.toString("utf8").trimEnd();
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#read.length < length) await this.#more();
    const taken = this.#read.subarray(0, length);
    this.#read = this.#read.subarray(length);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#bytes.next();
    if (done === true) throw new UnusableClone("git cat-file ended");
    this.#read = Buffer.concat([this.#read, value]);
  }
}

const tooLarge = (name: string): ExpertStackError =>
  new ExpertStackError({
    code: "DEFINITION_TOO_LARGE",
    message: `The object ${name} of the registry has more than ${largestObject} bytes.`,
    remedy: "Tell the registry's owners: neither an index file nor a definition is that large.",
  });
