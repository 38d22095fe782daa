import { visible } from '../diagnostics';
import { explanation } from './explain';
import type { Need } from './rules-from-accesses';
import type { Suggestions } from './suggest';
import type { FileRule } from '../rules/file';
import type { NetworkRule } from '../rules/network';
import { type AccessRule, printRule } from '../rules/registry';

/** Suggestions as a program's text: `new AppArmorProfile({ rules: [Rule.read(…), …] })`, one constant a profile. */
export function printTypeScript(suggestions: readonly Suggestions[], explain: boolean): string {
  const used = new Set<string>(['AppArmorProfile', 'Rule']);
  const taken = new Set<string>();
  const profiles = roots(suggestions).map(([name, parts]) => profileText(freeName(name, taken), parts, explain, used));
  const names = [...used].sort().join(', ');
  return `import { ${names} } from 'k8s-apparmor';\n\n${profiles.join('\n')}`;
}

function roots(suggestions: readonly Suggestions[]): Array<[string, Suggestions[]]> {
  const byRoot = new Map<string, Suggestions[]>();
  for (const suggestion of suggestions) {
    const root = suggestion.subject.names[0]!;
    byRoot.set(root, [...byRoot.get(root) ?? [], suggestion]);
  }
  return [...byRoot];
}

function profileText(name: string, parts: readonly Suggestions[], explain: boolean, used: Set<string>): string {
  const own = parts.filter(({ subject }) => subject.names.length === 1).flatMap(({ needs }) => needs.map((need) => ruleLine(need, explain, used, '    ')));
  const children = parts.filter(({ subject }) => subject.names.length > 1).map((part) => childText(part, explain, used));
  const abi = newestAbi(parts);
  if (abi !== undefined) {
    used.add('AppArmorAbi');
  }
  return `export const ${identifier(name)} = new AppArmorProfile({\n  name: ${literal(profileName(name))},\n${
    abi === undefined ? '' : `  abi: AppArmorAbi.${abi},\n`}  rules: [\n${[...own, ...children].join('')}  ],\n});\n`;
}

/** The feature set that the rules need beyond what every node has. */
function newestAbi(parts: readonly Suggestions[]): string | undefined {
  const types = new Set(parts.flatMap(({ needs }) => needs.map(({ rule }) => rule.type)));
  return types.has('io_uring') ? 'V5_0' : types.has('userns') || types.has('mqueue') ? 'V4_0' : undefined;
}

function childText({ subject, needs }: Suggestions, explain: boolean, used: Set<string>): string {
  const name = subject.names.slice(1).join('//');
  const kind = name.startsWith('/') ? 'childProfile' : 'hat';
  return `    Rule.${kind}(${literal(name)}, [\n${needs.map((need) => ruleLine(need, explain, used, '      ')).join('')}    ]),\n`;
}

function ruleLine(need: Need, explain: boolean, used: Set<string>, indent: string): string {
  return `${indent}${ruleCode(need.rule, used)},${explain ? ` // ${explanation(need)}` : ''}\n`;
}

function ruleCode(rule: AccessRule, used: Set<string>): string {
  switch (rule.type) {
    case 'file':
      return fileCode(rule, used);
    case 'link':
      return `Rule.link(${literal(rule.path)}, ${literal(rule.target)})${rule.qualifiers.owner === 'owner' ? '.owner()' : ''}`;
    case 'capability':
      return `Rule.capability(${rule.names.map(literal).join(', ')})`;
    case 'userns':
      return 'Rule.userns()';
    case 'change_profile':
      return rule.exec === undefined && rule.target !== undefined ? `Rule.changeProfile(${literal(rule.target)})` : raw(rule);
    case 'network':
      return networkCode(rule, used);
    default:
      return raw(rule);
  }
}

const BY_PERMISSIONS: Readonly<Record<string, string>> = { r: 'read', w: 'write', a: 'append', k: 'lock', m: 'map' };

function fileCode({ path, permissions, exec, qualifiers, target }: FileRule, used: Set<string>): string {
  const owner = qualifiers.owner === 'owner' ? '.owner()' : '';
  if (path === undefined || target !== undefined) {
    return `Rule.raw(${literal(printRule({ type: 'file', path, permissions, exec, qualifiers, target }))})`;
  }
  if (exec === 'ix') {
    used.add('ExecTransition');
    return `Rule.file(${literal(path)}, ${literal(permissions)}, ExecTransition.inherit())${owner}`;
  }
  const single = BY_PERMISSIONS[permissions];
  return `${single === undefined ? `Rule.file(${literal(path)}, ${literal(permissions)})` : `Rule.${single}(${literal(path)})`}${owner}`;
}

function networkCode(rule: NetworkRule, used: Set<string>): string {
  const { access, family, socketType, protocol, local, peer } = rule;
  if (access.length > 0 || Object.keys(local).length > 0 || peer !== undefined || protocol !== undefined || family === undefined) {
    return raw(rule);
  }
  used.add('NetworkFamily');
  if (socketType === undefined) {
    return `Rule.network(NetworkFamily.${family.toUpperCase()})`;
  }
  used.add('SocketType');
  return `Rule.network(NetworkFamily.${family.toUpperCase()}, SocketType.${socketType.toUpperCase()})`;
}

function raw(rule: AccessRule): string {
  return `Rule.raw(${literal(printRule(rule))})`;
}

/** A string literal; what could end a line or a comment, or could not be seen in a review, is escaped. */
function literal(text: string): string {
  return `'${visible(JSON.stringify(text)).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
}

/** The name, with a number behind it where another one gives the same constant. */
function freeName(name: string, taken: Set<string>): string {
  let free = profileName(name);
  for (let number = 2; taken.has(identifier(free)); number++) {
    free = `${profileName(name)}-${number}`;
  }
  taken.add(identifier(free));
  return free;
}

/** A name that a distributed profile may have. */
function profileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 63) || 'profile';
}

function identifier(name: string): string {
  const words = profileName(name).split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const camel = words.map((word, index) => (index === 0 ? word.toLowerCase() : word[0]!.toUpperCase() + word.slice(1))).join('');
  return /^\d/.test(camel) ? `profile${camel}` : RESERVED.has(camel) ? `${camel}Profile` : camel;
}

/** Words that no constant of a module may have (ECMA-262, 12.7.2, strict mode). */
const RESERVED: ReadonlySet<string> = new Set((
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in '
  + 'instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield'
).split(' '));
