import { importCycles } from "./cycles.ts";
import { importDirection, pureImports } from "./direction.ts";
import { focusedTests } from "./focus.ts";
import { environment, pureGlobals } from "./purity.ts";
import { fileNames, fileSize, functionSize } from "./size.ts";
import type { Rule } from "./source.ts";
import { anyType, assertions, barrels, defaultExports, nonNull, silencedTypes } from "./syntax.ts";

/** What holds for every file of `src/`. */
export const sourceRules: readonly Rule[] = [
  importDirection,
  importCycles,
  pureImports,
  pureGlobals,
  environment,
  assertions,
  anyType,
  nonNull,
  silencedTypes,
  defaultExports,
  barrels,
  fileSize,
  functionSize,
  fileNames,
];

/** What holds for every file of `test/`. */
export const testRules: readonly Rule[] = [focusedTests];
