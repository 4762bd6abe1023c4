import { expect, test } from "vitest";
import { registryMachine } from "../../src/hosts/registry-machine.ts";

const tokenFor = (host: string, environment: Readonly<Record<string, string>>): string | undefined =>
  registryMachine({
    ...{ environment, checkout: "/nowhere", cache: "/nowhere", userConfig: "neutral" },
    own: { host: "github.com", token: "job" },
  }).tokenFor?.(host);

test("a host's token is in the variable of its name, or the step's own for its own host", () => {
  const environment = {
    EXPERT_STACK_TOKEN_GIT_CORP_EXAMPLE: "a",
    EXPERT_STACK_TOKEN_GIT_CORP_EXAMPLE_8443: "b",
    EXPERT_STACK_TOKEN_MY__GIT_EXAMPLE: "c",
  };
  expect(tokenFor("git.corp.example", environment)).toBe("a");
  expect(tokenFor("git.corp.example:8443", environment)).toBe("b");
  expect(tokenFor("my-git.example", environment)).toBe("c");
  expect(tokenFor("github.com", environment)).toBe("job");
});

test.each([
  ["git-corp.example", "EXPERT_STACK_TOKEN_GIT_CORP_EXAMPLE"],
  ["git.corp-example", "EXPERT_STACK_TOKEN_GIT_CORP_EXAMPLE"],
  ["my.git.example", "EXPERT_STACK_TOKEN_MY__GIT_EXAMPLE"],
  ["github.com.evil.example", "EXPERT_STACK_TOKEN_GITHUB_COM"],
  ["github-com.example", "EXPERT_STACK_TOKEN_GITHUB_COM"],
  ["api.github.com", "EXPERT_STACK_TOKEN_GITHUB_COM"],
])("%s, which anybody may own, does not get what is in %s", (host, variable) => {
  expect(tokenFor(host, { [variable]: "secret" })).toBeUndefined();
});
