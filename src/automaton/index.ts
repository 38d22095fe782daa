export { Automaton } from './automaton';
export { bytesOf } from './bytes';
export { LimitError, PatternError, type LimitKind } from './errors';
export {
  alternatives, ANY_BYTES, ANY_TEXT, byteSet, EMPTY, isExact, literal, NEVER, optional, repeat, sequence, type ByteSet, type Expression,
} from './expression';
export { MAX_PATTERN_LENGTH, parsePattern, type PatternOptions } from './pattern';
export { expressionCovers, expressionsOverlap, matchingSets, patternCovers, patternsOverlap } from './relation';
