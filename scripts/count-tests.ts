/** Adds up vitest's JSON results and prints them as the one line that a CI log is read for. */
import { readFileSync } from "node:fs";
import * as z from "zod";

const Results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

const read = (file: string): { passed: number; failed: number; skipped: number } => {
  try {
    const results = Results.parse(JSON.parse(readFileSync(file, "utf8")));
    // A file that does not even load has no failed tests, only a failed suite.
    const brokenSuites = results.numFailedTests === 0 ? results.numFailedTestSuites : 0;
    return {
      passed: results.numPassedTests,
      failed: results.numFailedTests + brokenSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const totals = process.argv.slice(2).map(read);
const sum = (key: "passed" | "failed" | "skipped"): number =>
  totals.reduce((total, one) => total + one[key], 0);
console.log(`tests: ${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;
