import { expect, test } from "vitest";
import { manifestOrThrow, parseManifest } from "../../src/definition/manifest.ts";
import { type JobPlan, planJob } from "../../src/run/resolve.ts";

const planned = (minRuntimeVersion: string, runtimeVersion: string): JobPlan => {
  const text = `[experts.e]\nminRuntimeVersion = "${minRuntimeVersion}"\ninstruction = "x"\n`;
  return planJob({
    manifest: manifestOrThrow(parseManifest({ text, file: "perstack.toml" })),
    expertKey: "e",
    overrides: {},
    source: "file:perstack.toml",
    jobId: "j1",
    query: "q",
    trigger: "cli",
    runtimeVersion,
  });
};

test.each([
  ["99.0.0", "1.2.3"],
  ["1.2.4", "1.2.3"],
  ["1.3.0", "1.2.9"],
  ["1.10.0", "1.9.0"],
  ["2.0.0-rc.1", "1.9.0"],
])("an Expert that needs %s is refused by %s, with both versions named", (wanted, have) => {
  expect(() => planned(wanted, have)).toThrow(
    expect.objectContaining({
      code: "FEATURE_NOT_AVAILABLE",
      message: `The Expert "e" needs version ${wanted} or newer (\`minRuntimeVersion\`), and this is ${have}.`,
      remedy: expect.stringContaining("newer release"),
    }),
  );
});

test.each([
  ["1.2.3", "1.2.3"],
  ["1.2.3", "1.10.0"],
  ["0.9.9", "1.0.0"],
  ["1.2.3+build.7", "1.2.3"],
])("an Expert that needs %s runs on %s", (wanted, have) => {
  expect(planned(wanted, have).started.coordinator).toBe("e");
});
