import type { SandboxTier } from "../../job/sandbox-tier.ts";
import type { Launch } from "../../run/sandbox-ports.ts";
import type { Mount } from "./mounts.ts";
import type { SignalWords } from "./signals.ts";

/** A program with what it is to see and whether it shares the runner's network. */
export type Cell = {
  readonly launch: Launch;
  readonly mounts: readonly Mount[];
  readonly network: "none" | "shared";
};

/** One way to hold a process. */
export type Tier = {
  readonly name: SandboxTier;
  /** How to start the program inside. What it keeps outside is in the folder of the sandbox and goes with it. */
  wrap(cell: Cell): Launch;
};

/** What cannot be built here: what is missing, and the one thing that would bring it. */
export type Lacking = { readonly reason: string; readonly remedy: string };

/** What would bring the strongest tier to most machines. */
export const installBubblewrap =
  "Install bubblewrap, in a workflow by a step before: `sudo apt-get install --yes bubblewrap`";

export const isLacking = (made: object): made is Lacking => "reason" in made;

export type User = { readonly uid: number; readonly gid: number };

/** Of the sandbox itself: where it keeps things, and who the runner is. */
export type TierSetup = {
  /** Only this user enters it; removed with the sandbox. */
  readonly control: string;
  /** A FIFO that nothing is ever written to: who reads it sees its end when the runner is gone, however it went. */
  readonly lifeline: string;
  /** Folders of control groups that processes join; none where there can be none. */
  readonly groups: readonly string[];
  /** Who runs us, and the mode bits that its files lack. */
  readonly runner: User & { readonly umask: number };
  readonly signals: SignalWords;
  /** Whether bubblewrap, where there is one, can give an empty folder a size. */
  readonly canSize: boolean;
  /** Whom processes run as: the runner, or where that is root the owner of the workspace, who can write to it. */
  readonly user: User;
};
