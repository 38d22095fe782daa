import { type Diagnostic, hasErrors, SourceText } from '../diagnostics';
import { DISK } from './disk';
import { decode, type LoadFault, loadText } from './include-files';
import { parseSource } from './parse';
import { resolve, type ResolveOptions } from './resolve';

/** A text to check: UTF-8 bytes, or a string that was decoded already. */
export type CheckInput = string | Uint8Array;

/** All that the real parser would refuse in a text, and what it would accept in silence though it does nothing (warnings). */
export function checkText(text: CheckInput, options: ResolveOptions & { readonly fileName?: string } = {}): readonly Diagnostic[] {
  const { fileName = '<text>' } = options;
  const loaded = typeof text === 'string' ? { text } : decode(text, fileName);
  return loaded.text === undefined ? [unreadable(fileName, loaded.fault!)] : checkSource(new SourceText(fileName, loaded.text), options);
}

/** The same for a file. */
export function checkFile(path: string, options: ResolveOptions = {}): readonly Diagnostic[] {
  const loaded = loadText(options.files ?? DISK, path);
  return loaded.fault === undefined ? checkSource(new SourceText(path, loaded.text), options) : [unreadable(path, loaded.fault)];
}

function checkSource(source: SourceText, options: ResolveOptions): readonly Diagnostic[] {
  const { tree, diagnostics } = parseSource(source, 'file', options.parser);
  const resolved = resolve(tree, options).diagnostics;
  const all = hasErrors(diagnostics) ? [...diagnostics, ...resolved.filter(isIndependent)] : [...diagnostics, ...resolved];
  return all.length < 2 ? all : inOrder(all, source);
}

/** Where parts of a text could not be read, what depends on them is not reported: it would mostly be consequences. */
function isIndependent({ code }: Diagnostic): boolean {
  return code !== 'undefined-variable' && code !== 'undefined-boolean' && code !== 'comparison';
}

/** By the place in the file itself: where it stands, or where the include stands that brings it. */
function inOrder(diagnostics: readonly Diagnostic[], source: SourceText): readonly Diagnostic[] {
  const place = ({ source: own, range, includedFrom = [] }: Diagnostic) =>
    (own === source ? range : includedFrom[includedFrom.length - 1]?.range ?? range).start;
  return [...diagnostics].sort((one, other) => place(one) - place(other));
}

function unreadable(name: string, { code, message, help }: LoadFault): Diagnostic {
  return { code, severity: 'error', message, help, source: new SourceText(name, ''), range: { start: 0, end: 0 } };
}
