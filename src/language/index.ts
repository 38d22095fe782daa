/*
 * The AppArmor language, for the other folders:
 *
 *   parseProfileText(text, { fileName?, parser? }) → { tree, diagnostics }     one text, includes not read
 *   checkText(text, options) → Diagnostic[]                                    as the real parser would judge it
 *   checkFile(path, options) → Diagnostic[]
 *   resolve(tree, options) → Policy                                            profiles as the kernel gets them
 *     options: { base?, includeDirs?, abi?, features?, parser?, files? }       (CheckOptions)
 *   printTree(tree) → string                                                   untouched nodes to the byte
 *   printItem(item) → string                                                   one node in house style
 *   renameProfile(tree, profile, name), appendItem(tree, profile, item),
 *   replaceItem(tree, item, by), removeItem(tree, item) → tree                 comments and order are kept
 *   expandVariables(word, variables) → pattern, a problem as diagnostics' data
 *   patternsOfAliases(pattern, aliases) → the pattern and its rewritten copies
 *   wordBytes(word) → Buffer                                                   escapes of single bytes included
 */
export type { FlatProfile, Policy, ProfileMode, Variables } from './policy';
export {
  isAccessRule,
  type Abi, type Alias, type AssignmentOperator, type Body, type BodyLayout, type BooleanVariable, type Branch, type ComparisonOperator,
  type Condition, type Conditional, type Include, type Item, type Operand, type Profile, type ProfileFile, type QualifierBlock,
  type Variable, type XattrCondition,
} from './tree';
export { parseProfileText, type ParseOptions, type ParseResult } from './parse';
export type { ParserGeneration } from './cursor';
export { literalPattern, printWord, wordBytes } from './words';
export { checkFile, checkText, type CheckInput } from './check';
export { parseFeatures, type Features } from './features';
export { isSkipped, type FileReader, type IncludeFiles } from './include-files';
export { includeFiles, resolve, type ResolveOptions } from './resolve';
export { expandVariables, patternsOfAliases, referencesOf, type Expansion } from './variables';
