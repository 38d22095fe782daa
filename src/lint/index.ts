export { checkForAnyNode } from './any-node';
export { LEVELS, type Finding, type Level, type Lint, type Preset } from './lint';
export { LINTS } from './registry';
export { ownIncludes } from './follow';
export { findingJson, findingLine } from './render';
export { lintTree, type LintOptions } from './run';
export { sarifLog } from './sarif';
export { lintText } from './text';
