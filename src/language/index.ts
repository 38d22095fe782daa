/*
 * The AppArmor language, for the other folders:
 *
 *   parseProfileText(text, { fileName?, parser? }) -> { tree, diagnostics }     one text, includes not read
 *   checkText(text | bytes, options), checkFile(path, options) -> Diagnostic[]  as the real parser would judge it
 *   resolve(tree, options) -> Policy                                            profiles as the kernel gets them
 *   printTree(tree) -> text              untouched nodes to the byte;  printItem(item): one node in house style
 *   replaceItem, removeItem, appendItem, renameProfile, changeProfileHead       (tree, …) -> tree; comments and order stay
 *   expandVariables(word, variables) -> { pattern } | { fault }                 patternsOfAliases for the aliases
 *   printWord, literalPattern, wordBytes                                        between words, texts and bytes
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
export { appendItem, beforeOf, changeProfileHead, removeItem, renameProfile, replaceItem } from './edit';
export { printItem, printTree, profileHead } from './print';
