import { expect, test } from "vitest";
import { githubRemote } from "../../../src/edges/publishing/github-remote.ts";

test.each([
  ["https://github.com/acme/experts.git", "github.com/acme/experts"],
  ["https://github.com/acme/experts", "github.com/acme/experts"],
  ["https://ada:ghp_secret@github.com/acme/experts/", "github.com/acme/experts"],
  ["git@github.com:acme/experts.git", "github.com/acme/experts"],
  ["github.com:acme/experts", "github.com/acme/experts"],
  ["ssh://git@ssh.github.com:443/acme/experts.git", "github.com/acme/experts"],
  ["ssh://git@GHE.corp.example/acme/my.experts.git", "ghe.corp.example/acme/my.experts"],
  ["https://ghe.corp.example:8443/acme/experts.git", "ghe.corp.example/acme/experts"],
  ["file:///srv/acme/experts.git", undefined],
  ["/srv/acme/experts.git", undefined],
  ["https://github.com/experts.git", undefined],
  ["https://gitlab.example/group/acme/experts.git", undefined],
  ["https://github.com/--web/x", undefined],
])("%s is the repository %s", (address, repository) => expect(githubRemote(address)).toBe(repository));
