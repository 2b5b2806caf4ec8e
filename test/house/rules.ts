// All rules for a single file, by the sentence that a failure prints.

import { impurities, mutableModuleState } from './purity.ts';
import type { Finding, Source } from './source.ts';
import {
  excessLength,
  fileNameProblems,
  headerProblems,
  leftovers,
  sleepingTests,
  unwantedLanguage,
} from './tidiness.ts';
import { importsAcrossAWall } from './walls.ts';

export const RULES: Readonly<Record<string, (source: Source) => Finding[]>> = {
  'a file imports only what its room may import': importsAcrossAWall,
  'the core has no clock, no chance and no waiting of its own': impurities,
  'the core keeps no mutable state in a module': mutableModuleState,
  'a file begins with a header comment of one to six lines': headerProblems,
  'a file has at most 400 lines': excessLength,
  'a file is named for its content, in kebab-case': fileNameProblems,
  'there is no any, no default export and no export *': unwantedLanguage,
  'there are no leftovers and no silenced errors': leftovers,
  'no test is skipped, left to do or run alone': sleepingTests,
};
