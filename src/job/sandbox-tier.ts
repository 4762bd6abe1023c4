/**
 * What holds the processes of skills, strongest first. `bubblewrap` and `namespaces` isolate: own process, mount,
 * network, ipc and host-name namespaces. `user` is another user id and nothing more; `none` is the runner's own.
 */
export const sandboxTiers = ["bubblewrap", "namespaces", "user", "none"] as const;
export type SandboxTier = (typeof sandboxTiers)[number];

export const isolates = (tier: SandboxTier): boolean => tier === "bubblewrap" || tier === "namespaces";
