import { objectId } from "../../registry/object-id.ts";
import { type GitCommand, killGroup, startGit } from "./git-process.ts";
import { UnusableClone } from "./unusable-clone.ts";

export type GitObject = {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
};

/** Bytes of one object. An index file of a thousand versions has about a mebibyte. */
export const largestObject = 16 * 1024 ** 2;

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
   * @throws UnusableClone when git cannot read what it should, LargeObject, or the signal's reason; the reader is of no use
   *   then
   */
  async ask(names: readonly string[], signal: AbortSignal): Promise<readonly (GitObject | undefined)[]> {
    signal.throwIfAborted();
    const onAbort = (): void => killGroup(this.#child);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      this.#child.stdin.write(names.map((name) => `${name}\n`).join(""));
      const objects: (GitObject | undefined)[] = [];
      for (const _name of names) objects.push(await this.#answer());
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

  async #answer(): Promise<GitObject | undefined> {
    const line = await this.#line();
    if (/ (?:missing|ambiguous)$/.test(line)) return undefined;
    const [, id, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(line) ?? [];
    if (id === undefined || type === undefined) throw new UnusableClone(`git cat-file said: ${line}`);
    if (Number(size) > largestObject) throw new LargeObject(id);
    const content = (await this.#take(Number(size) + 1)).subarray(0, -1);
    // git reads what lies there without looking whether it is that.
    if (objectId(type, content, id.length === 64 ? "sha256" : "sha1") !== id)
      throw new UnusableClone(`the object ${id} was altered`);
    return { id, type, content };
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

/** An object that no file of a registry may be. Never leaves this folder. */
export class LargeObject extends Error {
  readonly id: string;

  constructor(id: string) {
    super(`the object ${id} has more than ${largestObject} bytes`);
    this.name = "LargeObject";
    this.id = id;
  }
}
