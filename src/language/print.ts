import {
  isAccessRule, type Body, type BooleanVariable, type Branch, type Condition, type Conditional, type Include, type Item, type Operand,
  type Profile, type ProfileFile, type QualifierBlock, type Variable,
} from './tree';
import { printWord } from './words';
import { listedWord, qualifiersText } from '../rules/printing';
import { printRule } from '../rules/registry';
import type { Layout } from '../rules/rule';

const STEP = '  ';

/** The text of a tree: to the byte what was read, but for nodes that a program changed or built. */
export function printTree({ body, layout }: ProfileFile): string {
  if (layout === undefined || body.layout === undefined) {
    return body.items.map((item) => `${printItem(item)}\n`).join('');
  }
  const out: string[] = [];
  printBodyInside(body, layout, '', out);
  return out.join('');
}

/** One node in house style, as if a program had built it; nodes inside of it, too. Without a line end. */
export function printItem(item: Item, indent = ''): string {
  if (isAccessRule(item)) {
    return printRule(item);
  }
  switch (item.type) {
    case 'include':
      return includeText(item);
    case 'abi':
      return `abi ${item.magic ? `<${item.path}>` : `"${item.path}"`},`;
    case 'alias':
      return `alias ${printWord(item.from)} -> ${printWord(item.to)},`;
    case 'variable':
      return variableText(item);
    case 'boolean':
      return booleanText(item);
    case 'if':
      return item.branches.map((branch, at) => `${branchHead(branch, at)}${freshBody(branch.body, indent)}`).join(' ');
    case 'block':
      return `${qualifiersText(item.qualifiers)}${freshBody(item.body, indent)}`;
    case 'profile':
      return `${profileHead(item)}${freshBody(item.body, indent)}`;
  }
}

/** The header of a profile in house style, up to and without its brace. */
export function profileHead({ keyword, name, namespace, attachment, xattrs, identities, flags }: Profile): string {
  const full = namespace === undefined ? name : `:${namespace}:${name}`;
  const word = printWord(full);
  const begin = keyword === '^' ? `^${word}` : keyword === undefined && /^[/:]/.test(full) ? word : `${keyword ?? 'profile'} ${word}`;
  const parts = [
    begin,
    attachment === undefined ? undefined : printWord(attachment),
    xattrs === undefined ? undefined
      : `xattrs=(${xattrs.map((xattr) => (xattr.value === undefined ? xattr.name : `${xattr.name}=${quoted(xattr.value)}`)).join(' ')})`,
    ...(identities ?? []).map((list) => `+ identities=(${list.map(quoted).join(' ')})`),
    flags.length === 0 ? undefined : `flags=(${flags.map(flagText).join(', ')})`,
  ];
  return `${parts.filter((part) => part !== undefined).join(' ')} `;
}

/** A flag is quoted only where it must be: values are no words of their own. */
function flagText(flag: string): string {
  return /[\s(),!"]/.test(flag) ? quoted(flag) : flag;
}

function quoted(text: string): string {
  const word = listedWord(text);
  return word.startsWith('"') ? word : `"${word}"`;
}

function includeText({ path, magic, ifExists }: Include): string {
  return `include ${ifExists ? 'if exists ' : ''}${magic ? `<${path}>` : `"${path}"`}`;
}

function variableText({ name, operator, values }: Variable): string {
  return `@{${name}} ${operator} ${values.map(valueText).join(' ')}`;
}

/** A value must not begin a comment nor end in a backslash, which would go on with the next line. */
function valueText(value: string): string {
  const word = printWord(value);
  return word.startsWith('#') || word.endsWith('\\') ? `"${word}"` : word;
}

function booleanText({ name, operator, value }: BooleanVariable): string {
  return `\${${name}} ${operator} ${conditionText(value)}`;
}

function branchHead({ condition }: Branch, at: number): string {
  const lead = at === 0 ? '' : 'else ';
  return condition === undefined ? lead : `${lead}if ${conditionText(condition)} `;
}

function conditionText(condition: Condition): string {
  switch (condition.type) {
    case 'literal':
      return String(condition.value);
    case 'is':
      return `\${${condition.name}}`;
    case 'defined':
      return `defined ${condition.kind === 'set' ? '@' : '$'}{${condition.name}}`;
    case 'not':
      return `not ${innerText(condition.operand)}`;
    case 'and':
    case 'or':
      return `${innerText(condition.left)} ${condition.type} ${innerText(condition.right)}`;
    case 'compare':
      return `${operandText(condition.left)} ${condition.operator} ${operandText(condition.right)}`;
  }
}

function innerText(condition: Condition): string {
  return condition.type === 'and' || condition.type === 'or' ? `(${conditionText(condition)})` : conditionText(condition);
}

function operandText(operand: Operand): string {
  if ('variable' in operand) {
    return `@{${operand.variable}}`;
  }
  const word = printWord(operand.word);
  return !word.startsWith('"') && /[,=<>()$!]|^\{$/.test(word) ? `"${word}"` : word;
}

/** A body in house style, braces included; nodes lose their layout. */
function freshBody({ items }: Body, indent: string): string {
  const inner = indent + STEP;
  const lines = items.map((item) => `${inner}${printItem(item, inner)}\n`);
  return `{\n${lines.join('')}${indent}}`;
}

/** What is between the braces of a body that was read. */
function printBodyInside(body: Body, owner: Layout, indent: string, out: string[]): void {
  const { open, tail, close, before } = body.layout!;
  for (const item of body.items) {
    const { layout } = item;
    if (layout === undefined || layout.source !== owner.source) {
      out.push('\n', indent, printItem(item, indent));
      continue;
    }
    out.push(layout.before ?? owner.source.text.slice(Math.max(open, layout.lead), layout.start));
    printPlaced(item, layout, indent, out);
  }
  out.push(before ?? owner.source.text.slice(tail, close));
}

function printPlaced(item: Item, layout: Layout, indent: string, out: string[]): void {
  const { text } = layout.source;
  const inner = indent + STEP;
  if (layout.changed === true && layout.header === undefined) {
    out.push(printItem(item, indent));
  } else if (item.type === 'profile' || item.type === 'block') {
    printBlock(item, layout, inner, out);
  } else if (item.type === 'if') {
    printBranches(item, layout, inner, out);
  } else {
    out.push(text.slice(layout.start, layout.end));
  }
}

function printBlock({ body }: Profile | QualifierBlock, layout: Layout, indent: string, out: string[]): void {
  const { text } = layout.source;
  if (body.layout === undefined) {
    out.push(layout.header ?? '', freshBody(body, indent.slice(STEP.length)).slice(1));
    return;
  }
  out.push(layout.header ?? text.slice(layout.start, body.layout.open));
  printBodyInside(body, layout, indent, out);
  out.push(text.slice(body.layout.close, layout.end));
}

function printBranches({ branches }: Conditional, layout: Layout, indent: string, out: string[]): void {
  const { text } = layout.source;
  let at = layout.start;
  for (const { body } of branches) {
    out.push(text.slice(at, body.layout!.open));
    printBodyInside(body, layout, indent, out);
    at = body.layout!.close;
  }
  out.push(text.slice(at, layout.end));
}
