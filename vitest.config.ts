import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/fixtures/**"],
    // Processes, not threads: scenarios start programs, change directories and send signals.
    pool: "forks",
    // Two cores, here and on the smallest runner: more workers only slow down what measures time.
    maxWorkers: 2,
    reporters: [
      "default",
      ["json", { outputFile: "build/test-results.json" }],
      ...(process.env.GITHUB_ACTIONS === "true" ? ["github-actions"] : []),
    ],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A test that was meant to run alone for a moment must not pass for the whole suite.
    allowOnly: false,
    // A mock or a variable that leaks into the next test is a bug of the test that set it.
    restoreMocks: true,
    unstubEnvs: true,
  },
});
