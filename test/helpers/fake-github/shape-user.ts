import type { Links } from "./links.ts";
import { nameKey, type User, type World } from "./world.ts";

/** `simple-user` of GitHub's description. A login nobody added is shown as the ghost GitHub shows. */
export const userJson = (world: World, links: Links, login: string) => {
  const user = world.users.get(nameKey(login)) ?? ghost;
  const url = `${links.api}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: `${links.html}/avatars/u/${user.id}?v=4`,
    gravatar_id: "",
    url,
    html_url: user.type === "Bot" ? `${links.html}/apps/${slug(user.login)}` : `${links.html}/${user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
};

const ghost: User = { id: 10_137, nodeId: "MDQ6VXNlcjEwMTM3", login: "ghost", type: "User" };

const slug = (login: string): string => login.replace(/\[bot\]$/, "");

/** `public-user`: what `GET /user` shows of a token's owner that asked for no more. */
export const accountJson = (world: World, links: Links, login: string) => ({
  ...userJson(world, links, login),
  name: null,
  company: null,
  blog: "",
  location: null,
  email: null,
  hireable: null,
  bio: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: "2020-01-01T00:00:00Z",
  updated_at: "2020-01-01T00:00:00Z",
});

/** The app behind a bot, as a comment shows it in `performed_via_github_app`. */
export const appJson = (world: World, links: Links, login: string) => ({
  id: 15_368,
  slug: slug(login),
  client_id: "Iv1.05c79e9ad1f6bdfa",
  node_id: "MDM6QXBwMTUzNjg=",
  owner: userJson(world, links, "github"),
  name: login === "github-actions[bot]" ? "GitHub Actions" : slug(login),
  description: "Automate your workflow from idea to production",
  external_url: "https://help.github.com/en/actions",
  html_url: `${links.html}/apps/${slug(login)}`,
  created_at: "2018-07-30T09:30:17Z",
  updated_at: "2024-04-10T20:33:16Z",
  permissions: { contents: "write", issues: "write", pull_requests: "write", metadata: "read" },
  events: ["push", "pull_request"],
});
