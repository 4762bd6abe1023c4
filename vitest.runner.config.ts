import { defineConfig } from "vitest/config";

/** Tests under act, a GitHub Actions runner by others. They are apart because they need it on the PATH. */
export default defineConfig({
  test: {
    include: ["test/runner/**/*.runner.ts"],
    pool: "forks",
    // Each test is a whole workflow with many processes; side by side they would only wait for each other.
    fileParallelism: false,
    reporters: [
      "default",
      ["json", { outputFile: "build/runner-results.json" }],
      ...(process.env.GITHUB_ACTIONS === "true" ? ["github-actions"] : []),
    ],
    testTimeout: 120_000,
    hookTimeout: 20_000,
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
