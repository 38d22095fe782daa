import { ruleSentence } from './rules';
import { isAccessRule, printItem, type Body, type Profile, type ProfileFile } from '../../language';

const MODES: Readonly<Record<string, string>> = {
  complain: 'what no rule allows is logged, and happens all the same',
  kill: 'what no rule allows kills the process',
  unconfined: 'nothing is confined',
  default_allow: 'what no rule denies is allowed',
  prompt: 'what no rule allows is asked of a person',
};

/** Every profile of a text with every rule in plain words, the rule itself before it. */
export function profileLines(tree: ProfileFile): string[] {
  return tree.body.items.flatMap((item) => {
    switch (item.type) {
      case 'abi': return [`Written for the features of ${item.path}: what they do not mediate is free.`];
      case 'include': return [`Takes variables and more from ${item.path}.`];
      case 'profile': return oneProfile(item, '');
      default: return [printItem(item)];
    }
  });
}

function oneProfile(profile: Profile, parent: string): string[] {
  const name = `${parent}${profile.name}`;
  const mode = profile.flags.find((flag) => flag in MODES);
  const attachment = profile.attachment ?? (profile.name.startsWith('/') ? profile.name : undefined);
  return [
    '',
    `Profile ${name}: ${mode === undefined ? 'what no rule allows fails, and is logged' : MODES[mode]}.`,
    ...(attachment === undefined ? [] : [`  It takes hold of every program that is started from ${attachment}.`]),
    ...bodyLines(profile.body, '  '),
    ...childrenIn(profile.body).flatMap((child) => oneProfile(child, `${name}//`)),
  ];
}

function bodyLines(body: Body, indent: string): string[] {
  return body.items.flatMap((item) => {
    if (item.type === 'profile') {
      return [];
    }
    if (isAccessRule(item)) {
      return [`${indent}${printItem(item)}`, `${indent}    ${ruleSentence(item)}`];
    }
    if (item.type === 'include') {
      return [`${indent}Also what the file ${item.path} gives${item.ifExists ? ', where the node has it' : ''}.`];
    }
    if (item.type === 'if') {
      return [`${indent}Depending on a variable:`, ...item.branches.flatMap((branch) => bodyLines(branch.body, `${indent}  `))];
    }
    return item.type === 'block' ? [`${indent}In a block of qualifiers, of which parsers keep file rules only:`, ...bodyLines(item.body, `${indent}  `)] : [];
  });
}

function childrenIn(body: Body): Profile[] {
  return body.items.flatMap((item) => {
    if (item.type === 'if') {
      return item.branches.flatMap((branch) => childrenIn(branch.body));
    }
    return item.type === 'profile' ? [item] : [];
  });
}
