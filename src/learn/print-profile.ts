import { explanation } from './explain';
import type { Need } from './rules-from-accesses';
import type { Suggestions } from './suggest';
import { childHead } from '../language/read-back';
import { printWord } from '../language/words';
import { familyOf, printRule } from '../rules/registry';

/** How learnt profiles are printed. */
export interface PrintOptions {
  /** A comment behind every rule: which steps made it, and from how much. */
  readonly explain: boolean;
  /** The feature set that the text is written for: `abi/3.0`, or more where a rule needs more. */
  readonly abi: string;
}

/** Suggestions as a new file of profiles, child profiles and hats inside of their parents. */
export function printProfiles(suggestions: readonly Suggestions[], options: PrintOptions): string {
  const roots = [...new Set(suggestions.map(({ subject }) => rootKey(subject)))];
  const profiles = roots.map((root) => profileText(suggestions.filter(({ subject }) => rootKey(subject) === root), options));
  return `abi <${options.abi}>,\n\n${profiles.join('\n')}`;
}

function rootKey({ namespace, names }: Suggestions['subject']): string {
  return JSON.stringify([namespace ?? null, names[0]]);
}

interface Block {
  readonly needs: Need[];
  readonly children: Map<string, Block>;
}

function profileText(suggestions: readonly Suggestions[], options: PrintOptions): string {
  const root: Block = { needs: [], children: new Map() };
  for (const { subject, needs } of suggestions) {
    let block = root;
    for (const name of subject.names.slice(1)) {
      const child: Block = block.children.get(name) ?? { needs: [], children: new Map() };
      block.children.set(name, child);
      block = child;
    }
    for (const need of needs) {
      block.needs.push(need);
    }
  }
  const { namespace, names } = suggestions[0]!.subject;
  return `${header(names[0]!, namespace)} {\n${blockText(root, '  ', options)}}\n`;
}

/** A name that is a path is also what the profile is attached to. In a name the characters of patterns stand for themselves. */
function header(name: string, namespace: string | undefined): string {
  const full = namespace === undefined ? name : `:${namespace}:${name}`;
  return name.startsWith('/') && namespace === undefined ? printWord(full) : `profile ${printWord(full)}`;
}

function blockText({ needs, children }: Block, indent: string, options: PrintOptions): string {
  const groups = new Map<number, string[]>();
  for (const need of needs) {
    const { order } = familyOf(need.rule);
    const comment = options.explain ? `  # ${explanation(need)}` : '';
    const lines = groups.get(order) ?? [];
    lines.push(`${indent}${printRule(need.rule)}${comment}\n`);
    groups.set(order, lines);
  }
  const inner = [...children].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, child]) =>
    `${indent}${childHead(name)} {\n${blockText(child, `${indent}  `, options)}${indent}}\n`);
  return [...[...groups.values()].map((lines) => lines.join('')), ...inner].join('\n');
}
