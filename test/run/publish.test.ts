import { describe, expect, it } from "vitest";
import { type SanitizedText, sanitize, withoutSecrets } from "../../src/outputs/sanitize.ts";
import type { Artifacts, Outputs, Reviews, StoredArtifact, Thread } from "../../src/run/github-ports.ts";
import { type Deliverables, publish } from "../../src/run/publish.ts";
import { neverStopped } from "./fake-ports.ts";

const text = (body: string): SanitizedText =>
  withoutSecrets(
    sanitize(body, {
      serverHost: "github.com",
      allowLinks: [],
      allowMentions: [],
      closingKeywords: "neutralise",
    }),
    (unchanged) => unchanged,
  );

const stored: StoredArtifact = { id: 7, digest: "sha256:00", size: 9 };

const deliverables: Deliverables = {
  outputs: [],
  thread: { kind: "issue", number: 3 },
  artifact: { name: "job", root: "/jobs/1", files: ["/jobs/1/events.jsonl"] },
  comment: {
    marker: "marker",
    mode: "sticky",
    body: async (artifact) => text(`artifact ${artifact?.id ?? "none"}`),
  },
};

const unexpected = (): never => {
  throw new Error("no review was to be published");
};
const noReviews: Reviews = { own: unexpected, post: unexpected, resolve: unexpected, edit: unexpected };

/** Ports that write down what was asked of them, and fail as told. */
const fakeGitHub = (told: {
  readonly upload?: () => void;
  readonly thread?: () => void;
  readonly put?: () => void;
  readonly labels?: () => void;
}) => {
  const asked: string[] = [];
  const artifacts: Artifacts = {
    upload: async ({ name, files }) => {
      asked.push(`upload ${name} ${files.join()}`);
      told.upload?.();
      return stored;
    },
    uploadFile: async () => stored,
    download: async () => undefined,
  };
  const thread: Pick<Thread, "putComment"> = {
    putComment: async ({ thread: at, marker, mode, body }) => {
      asked.push(`${mode} ${at.kind} ${at.number} ${marker}: ${body.text}`);
      told.put?.();
      return { id: 1, url: "https://github.com/acme/widgets/issues/3#issuecomment-1" };
    },
  };
  const loadThread = async () => {
    told.thread?.();
    return thread;
  };
  const outputs: Outputs = {
    threadPlace: async (number) => ({ kind: "pullRequest", number }),
    addLabels: async (at, labels) => {
      asked.push(`label ${at.kind} ${at.number} ${labels.join()}`);
      told.labels?.();
    },
    assign: async (at, logins) => void asked.push(`assign ${at.kind} ${at.number} ${logins.join()}`),
    close: async (at, reason) => void asked.push(`close ${at.kind} ${at.number} ${reason}`),
    openIssue: async ({ title, labels }) => {
      asked.push(`issue ${title.text} ${labels.join()}`);
      return { url: "https://github.com/acme/widgets/issues/4" };
    },
    reportCheck: async ({ name, commit, conclusion }) => {
      asked.push(`check ${name} of ${commit}: ${conclusion}`);
      return { url: "https://github.com/acme/widgets/runs/5" };
    },
    openPullRequest: async ({ branch }) => {
      asked.push(`pull request ${branch}`);
      return { url: "https://github.com/acme/widgets/pull/5" };
    },
    push: async ({ head }) => {
      asked.push(`push ${head.branch}`);
      return { commit: "c".repeat(40) };
    },
  };
  return {
    asked,
    ports: { artifacts, thread: loadThread, outputs: async () => outputs, reviews: async () => noReviews },
  };
};

const fail = (message: string) => () => {
  throw new Error(message);
};

describe("publishing", () => {
  it("uploads first, so that the comment can name the artifact", async () => {
    const { asked, ports } = fakeGitHub({});
    const delivery = await publish(deliverables, ports, neverStopped);
    expect(asked).toEqual(["upload job /jobs/1/events.jsonl", "sticky issue 3 marker: artifact 7"]);
    expect(delivery).toEqual({
      artifact: stored,
      commentUrl: "https://github.com/acme/widgets/issues/3#issuecomment-1",
      published: [],
      failures: [],
    });
  });

  it("comments also when the upload fails, without an artifact to name", async () => {
    const { asked, ports } = fakeGitHub({ upload: fail("no room") });
    const delivery = await publish(deliverables, ports, neverStopped);
    expect(asked.at(-1)).toBe("sticky issue 3 marker: artifact none");
    expect(delivery).toEqual({
      commentUrl: expect.any(String),
      published: [],
      failures: [{ output: "artifact", error: new Error("no room") }],
    });
  });

  it.each(["thread", "put"] as const)("keeps the artifact when the comment fails (%s)", async (step) => {
    const { ports } = fakeGitHub({ [step]: fail("locked") });
    const delivery = await publish(deliverables, ports, neverStopped);
    expect(delivery).toEqual({
      artifact: stored,
      published: [],
      failures: [{ output: "comment", error: new Error("locked") }],
    });
  });

  it("tells of both when both fail", async () => {
    const { ports } = fakeGitHub({ upload: fail("no room"), put: fail("locked") });
    const { failures } = await publish(deliverables, ports, neverStopped);
    expect(failures.map(({ output }) => output)).toEqual(["artifact", "comment"]);
  });

  it("asks for nothing that is not to be delivered", async () => {
    const { asked, ports } = fakeGitHub({ thread: fail("must not be loaded") });
    expect(await publish({ outputs: [] }, ports, neverStopped)).toEqual({ published: [], failures: [] });
    expect(asked).toEqual([]);
  });

  it("does the rest when an output fails, and closes the thread after the comment", async () => {
    const { asked, ports } = fakeGitHub({ labels: fail("no such label") });
    const outputs = [
      { kind: "labels", labels: ["bug"] },
      { kind: "assign", logins: ["ada"] },
      { kind: "issue", title: text("Later"), body: text("Body"), labels: ["triage"] },
      { kind: "close", reason: "completed" },
    ] as const;
    const delivery = await publish({ ...deliverables, outputs }, ports, neverStopped);
    expect(asked.map((line) => line.split(" ")[0])).toEqual([
      ...["upload", "label", "assign", "issue", "sticky", "close"],
    ]);
    expect(delivery.published).toEqual([
      "assigned: 1",
      "issue: https://github.com/acme/widgets/issues/4",
      "closed",
    ]);
    expect(delivery.failures).toEqual([{ output: "labels", error: new Error("no such label") }]);
  });

  it("begins nothing once the step is cancelled, and says so of each output", async () => {
    const { asked, ports } = fakeGitHub({});
    const { failures } = await publish(deliverables, ports, AbortSignal.abort("SIGTERM"));
    expect(asked).toEqual([]);
    expect(failures).toMatchObject([
      { output: "artifact", error: { code: "STEP_CANCELLED" } },
      { output: "comment", error: { code: "STEP_CANCELLED", message: expect.stringContaining("SIGTERM") } },
    ]);
  });

  it("posts no comment when the step is cancelled during the upload", async () => {
    const cancelled = new AbortController();
    const { asked, ports } = fakeGitHub({ upload: () => cancelled.abort("SIGINT") });
    const delivery = await publish(deliverables, ports, cancelled.signal);
    expect(asked).toHaveLength(1);
    expect(delivery.artifact).toEqual(stored);
    expect(delivery.failures.map(({ output }) => output)).toEqual(["comment"]);
  });
});
