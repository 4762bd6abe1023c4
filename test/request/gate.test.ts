import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type GateFacts, type GatePolicy, rolesNeeded } from "../../src/request/gate.ts";
import { type Role, roles } from "../../src/request/role.ts";
import type { Actor, Trigger } from "../../src/request/trigger.ts";
import { triggerOf } from "./payload.ts";

const own = triggerOf("pullRequest", "pull_request", "pull_request.opened");
const fork = triggerOf("pullRequest", "pull_request_target", "pull_request.fork");
const issue = triggerOf("issue", "issues", "issues.opened");
const comment = triggerOf("issueComment", "issue_comment", "issue_comment.created");

const policy: GatePolicy = { permission: "write", allowUsers: [], allowBots: ["renovate[bot]"] };
const facts: GateFacts = { secrets: "present", isOwn: false };
const known: Readonly<Record<string, Role>> = { ada: "admin", grace: "write", mallory: "read" };

const ask = (
  trigger: Trigger,
  change: {
    policy?: Partial<GatePolicy>;
    facts?: Partial<GateFacts>;
    roles?: Readonly<Record<string, Role>>;
  } = {},
) =>
  decide({
    trigger,
    policy: { ...policy, ...change.policy },
    facts: { ...facts, ...change.facts },
    roles: new Map(Object.entries({ ...known, ...change.roles })),
  });

const bot = (login: string, type = "Bot"): Actor => ({ login, id: 1, type });

describe("who may", () => {
  it("a maintainer on their own pull request, trusted", () => {
    expect(ask(own)).toEqual({
      type: "allow",
      trust: "trusted",
      reason: "Everyone involved may write to this repository.",
    });
  });

  it("a maintainer's comment on a stranger's pull request, untrusted", () => {
    expect(ask(comment)).toEqual({
      type: "allow",
      trust: "untrusted",
      reason: "mallory may not write to this repository.",
    });
  });

  it("nobody below the permission, and the answer says so", () => {
    expect(ask(issue)).toEqual({
      type: "deny",
      rule: "permission",
      reason: "mallory has no role in acme/app; this step asks for `write`.",
    });
  });

  it("nobody by another's hand: who wrote the comment is asked about as well as who sent it", () => {
    const mallory = comment.thread.author;
    const written = { ...comment.comment, author: mallory };
    expect(comment.sender.login).not.toBe(mallory.login);
    expect(ask({ ...comment, comment: written })).toMatchObject({
      type: "deny",
      rule: "permission",
      reason: expect.stringContaining("mallory has no role"),
    });
    expect(ask({ ...comment, comment: { ...written, author: bot("evil[bot]") } })).toMatchObject({
      rule: "bot",
    });
  });

  it("nobody by `read` on a public repository, but on a private one", () => {
    const closed = { ...issue, repository: { ...issue.repository, visibility: "private" as const } };
    expect(ask(issue, { policy: { permission: "read" } }).type).toBe("deny");
    expect(ask(closed, { policy: { permission: "read" } })).toMatchObject({
      type: "allow",
      trust: "untrusted",
    });
  });

  it("anyone with `permission: none`, untrusted", () => {
    expect(ask(issue, { policy: { permission: "none" } })).toMatchObject({
      type: "allow",
      trust: "untrusted",
    });
  });

  it("a named user, whatever the case of the name, still untrusted", () => {
    expect(ask(issue, { policy: { allowUsers: ["Mallory"] } })).toMatchObject({
      type: "allow",
      trust: "untrusted",
    });
  });

  it("not a stranger behind a maintainer's click", () => {
    expect(ask({ ...issue, action: "labeled", sender: own.sender }).type).toBe("deny");
  });

  it("not when someone below the permission ran it again", () => {
    expect(ask(own, { facts: { rerunBy: bot("mallory", "User") } })).toMatchObject({
      type: "deny",
      rule: "permission",
    });
  });

  it("a fork's pull request by a maintainer, untrusted all the same", () => {
    expect(ask(fork, { roles: { mallory: "admin" } })).toMatchObject({
      type: "allow",
      trust: "untrusted",
      reason: "The pull request comes from a fork.",
    });
  });

  it.each([
    ["push", "push", "push"],
    ["schedule", "schedule", "schedule"],
    ["workflowDispatch", "workflow_dispatch", "workflow_dispatch"],
  ] as const)("whoever could start a %s", (type, event, name) => {
    const trigger = triggerOf(type, event, name);
    expect(ask(trigger, { roles: {} })).toMatchObject({ type: "allow", trust: "trusted" });
    expect(rolesNeeded({ trigger, policy, facts })).toEqual([]);
  });
});

describe("what is skipped before anyone is asked", () => {
  const cases: readonly (readonly [string, Trigger, Partial<GateFacts>, string])[] = [
    [
      "a fork without secrets",
      { ...fork, event: "pull_request" },
      { secrets: "missing" },
      "fork-without-secrets",
    ],
    ["a draft", { ...own, thread: { ...own.thread, draft: true } }, {}, "draft"],
    ["a closed pull request", { ...own, thread: { ...own.thread, state: "closed" } }, {}, "closed"],
    ["a deleted issue", { ...issue, action: "deleted" }, {}, "gone"],
    ["an edited comment", { ...comment, action: "edited" }, {}, "comment-action"],
    ["a deleted comment", { ...comment, action: "deleted" }, {}, "comment-action"],
    ["a bot", { ...own, sender: bot("evil[bot]") }, {}, "bot"],
    ["a bot's pull request", { ...own, thread: { ...own.thread, author: bot("evil[bot]") } }, {}, "bot"],
    [
      "an event of another kind",
      { type: "unsupported", event: "fork", reason: "no" },
      {},
      "unsupported-event",
    ],
  ];

  it.each(cases)("%s", (_, trigger, more, rule) => {
    expect(ask(trigger, { facts: more })).toMatchObject({ type: "skip", rule });
    expect(rolesNeeded({ trigger, policy, facts: { ...facts, ...more } })).toEqual([]);
  });

  it("not a pull request whose closing is the event", () => {
    expect(ask({ ...own, action: "closed", thread: { ...own.thread, state: "closed" } }).type).toBe("allow");
  });
});

describe("bots", () => {
  const by = (actor: Actor): Trigger => ({ ...own, sender: actor, thread: { ...own.thread, author: actor } });

  it("on the list may, untrusted", () => {
    expect(ask(by(bot("renovate[bot]")))).toMatchObject({ type: "allow", trust: "untrusted" });
  });

  it("must match exactly", () => {
    expect(ask(by(bot("renovate")))).toMatchObject({ type: "skip", rule: "bot" });
    expect(ask(by(bot("renovate[bot]2")))).toMatchObject({ type: "skip", rule: "bot" });
  });

  it("are not played by a user of the same name", () => {
    expect(ask(by(bot("renovate[bot]", "User")))).toMatchObject({ type: "deny", rule: "permission" });
  });

  it("are not let in by the list of users", () => {
    expect(ask(by(bot("evil[bot]")), { policy: { allowUsers: ["evil[bot]"] } })).toMatchObject({
      rule: "bot",
    });
  });
});

it("asks for the role of everyone whose words or clicks arrive, once", () => {
  expect(rolesNeeded({ trigger: comment, policy, facts })).toEqual(["grace", "mallory"]);
  expect(rolesNeeded({ trigger: own, policy, facts: { ...facts, rerunBy: bot("zoe", "User") } })).toEqual([
    "ada",
    "zoe",
  ]);
});

describe("for any roles", () => {
  const role = fc.constantFrom(...roles);
  const rank = (verdict: ReturnType<typeof ask>): number =>
    verdict.type !== "allow" ? 0 : verdict.trust === "untrusted" ? 1 : 2;

  it("lowering someone's role never lets more happen", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Trigger>(own, fork, issue, comment),
        fc.record({ ada: role, grace: role, mallory: role }),
        fc.constantFrom("ada", "grace", "mallory"),
        role,
        role,
        (trigger, before, who, lower, permission) => {
          const least =
            roles.indexOf(lower) <
            roles.indexOf(before[who === "ada" ? "ada" : who === "grace" ? "grace" : "mallory"]);
          fc.pre(least);
          const change = { policy: { permission } };
          const high = ask(trigger, { ...change, roles: before });
          const low = ask(trigger, { ...change, roles: { ...before, [who]: lower } });
          expect(rank(low)).toBeLessThanOrEqual(rank(high));
        },
      ),
    );
  });

  it("asking for a higher permission never lets more happen", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Trigger>(own, fork, issue, comment),
        fc.record({ ada: role, grace: role, mallory: role }),
        role,
        role,
        (trigger, given, one, other) => {
          const [low, high] = roles.indexOf(one) < roles.indexOf(other) ? [one, other] : [other, one];
          const lenient = ask(trigger, { policy: { permission: low }, roles: given });
          const strict = ask(trigger, { policy: { permission: high }, roles: given });
          expect(rank(strict)).toBeLessThanOrEqual(rank(lenient));
        },
      ),
    );
  });
});
