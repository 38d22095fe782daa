import { isIP } from 'node:net';
import type { Finding } from './findings';
import { readsBack } from '../language/read-back';
import type { Access, MountAccess, NetworkAccess } from '../rules/access';
import type { NetworkEnd, NetworkRule } from '../rules/network';
import { type AccessRule, printRule, ruleFromAccess } from '../rules/registry';
import { NO_QUALIFIERS } from '../rules/rule';
import { type Evidence, evidenceOf, joinedEvidence } from './generalise/entry';
import { generaliseLinks, type LinkNeed } from './generalise/links';
import type { Strictness } from './generalise/step';

/** A rule and what stands behind it. */
export interface Need {
  readonly rule: AccessRule;
  readonly evidence: Evidence;
  /** Names of the steps that made it from what was seen; empty: it gives what was seen. */
  readonly steps: readonly string[];
}

/** Something that was seen and that no rule can say. */
export interface Unwritable {
  readonly class: Access['class'];
  readonly evidence: Evidence;
}

/** What comes of accesses. */
export interface Rules {
  readonly needs: readonly Need[];
  readonly unwritable: readonly Unwritable[];
}

/** The step that drops addresses and ports where a program used more than one of them. */
export const SOCKET_ENDS = 'socket-ends';

export interface RuleOptions {
  readonly strictness: Strictness;
  /** Whether accesses and ends of sockets can be told apart: parser 4.1 and newer. */
  readonly fineSockets: boolean;
  /** Whether any other rule gives the file of this name a permission. */
  readonly isUsed: (path: string) => boolean;
}

/**
 * Rules for everything but files; accesses that differ only in a list of the language share a rule. Only rules that are read as
 * themselves: a log may hold anything, and a word of it must not become more than that word.
 */
export function rulesFromAccesses(findings: readonly Finding[], { strictness, fineSockets, isUsed }: RuleOptions): Rules {
  const [needs, unwritable] = [[] as Need[], [] as Unwritable[]];
  for (const finding of findings) {
    const evidence = evidenceOf(finding, exampleOf(finding.access));
    const rule = finding.access.class === 'network' ? exactNetwork(finding.access) : ruleOf(finding);
    if (rule !== undefined && (rule.type === 'network' ? isSocket(rule) : readsBack(rule))) {
      needs.push({ rule, evidence, steps: [] });
    } else {
      unwritable.push({ class: finding.access.class, evidence });
    }
  }
  const sockets = needs.filter((need): need is SocketNeed => need.rule.type === 'network');
  const links = generaliseLinks(needs.filter((need): need is LinkNeed => need.rule.type === 'link'), strictness);
  const others = needs.filter(({ rule }) => rule.type !== 'link' && rule.type !== 'network');
  const all = [...links.map((need) => linkRule(need, isUsed)), ...others, ...networkNeeds(sockets, strictness, fineSockets)];
  return { needs: merged(all), unwritable };
}

function ruleOf(finding: Finding): AccessRule | undefined {
  const { access } = finding;
  switch (access.class) {
    case 'dbus':
      // Who is called by which name is told by the label; names such as `:1.52` are others each time.
      return ruleFromAccess({ ...access, peerName: undefined });
    case 'unix':
      // The addresses say which socket; the label of the other end is another one with each version of its profile.
      return ruleFromAccess({ ...access, peer: undefined });
    case 'mount':
      return mountRule(access);
    case 'userns':
      return { ...ruleFromAccess(access)!, qualifiers: isOnlyReported(finding) ? { audit: true } : NO_QUALIFIERS };
    default:
      return otherRule(access);
  }
}

/** Flags in the order of their text, whatever the kernel's; a remount is a mount with a flag, as in the record. */
function mountRule(access: MountAccess): AccessRule | undefined {
  const operation = access.operation === 'remount' ? 'mount' : access.operation;
  return ruleFromAccess({ ...access, operation, ...(access.options !== undefined && { options: [...access.options].sort() }) });
}

/** Whether nobody refused it and someone wants it to be reported: the rule keeps that. */
function isOnlyReported({ denied, seen, audited }: Finding): boolean {
  return audited > 0 && audited === denied + seen;
}

function otherRule(access: Access): AccessRule | undefined {
  const rule = ruleFromAccess(access);
  if (rule?.type === 'mqueue' && rule.name === '') {
    return { ...rule, name: undefined };
  }
  return rule !== undefined && 'peer' in rule && typeof rule.peer === 'string' ? { ...rule, peer: peerPattern(rule.peer) } as AccessRule : rule;
}

/** The variable for the profile's own name is no literal; another profile that was loaded with its hash has another one with each version. */
function peerPattern(peer: string): string {
  return peer.replace('@\\{profile_name\\}', '@{profile_name}').replace(/^(k8s-apparmor\..+\.)[0-9a-f]{8}(?=$|\/\/)/, '$1[0-9a-f]*');
}

/**
 * A link whose name the program does nothing else with is `l` on that name: AppArmor then lets no link give what its target
 * does not (apparmor.d(5), access mode `l`). Where the name has other permissions, these two ends and no others are linked.
 */
function linkRule(need: LinkNeed, isUsed: RuleOptions['isUsed']): Need {
  const { qualifiers, path } = need.rule;
  const [name] = need.evidence.examples;
  return need.steps.length > 0 || need.evidence.examples.length > 1 || isUsed(name!) ? need : { ...need, rule: { type: 'file', qualifiers, path, permissions: 'l' } };
}

/** What of an access tells it from others, for people. */
export function exampleOf(access: Access): string {
  return 'path' in access && access.class !== 'dbus' && access.path !== undefined ? access.path : Object.entries(access)
    .filter(([key]) => key !== 'class').map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : value}`).join(' ');
}

interface SocketNeed extends Need {
  readonly rule: NetworkRule;
}

/**
 * Whether a rule for a socket reads back. There may be as many as a log has addresses, so the words that few logs have many of are
 * read once, and the others looked at.
 */
function isSocket({ access, family, socketType, local, peer }: NetworkRule): boolean {
  const ends = [local, ...(peer === undefined ? [] : [peer])];
  const shown: readonly NetworkEnd[] = ends.map((one) => (one.ip === undefined && one.port === undefined ? {} : { port: '1' }));
  const key = JSON.stringify([access, family, socketType, shown]);
  let known = KNOWN_SOCKETS.get(key);
  if (known === undefined) {
    known = readsBack({ type: 'network', qualifiers: NO_QUALIFIERS, access, family, socketType, local: shown[0]!, ...(peer !== undefined && { peer: shown[1] }) });
    if (KNOWN_SOCKETS.size < MOST_KNOWN) {
      KNOWN_SOCKETS.set(key, known);
    }
  }
  return known && ends.every(isEnd);
}

function isEnd({ ip, port }: NetworkEnd): boolean {
  return (ip === undefined || ip === 'none' || (isIP(ip) > 0 && !ip.includes('%'))) && (port === undefined || (/^\d{1,5}$/.test(port) && Number(port) < 65_536));
}

const KNOWN_SOCKETS = new Map<string, boolean>();
const MOST_KNOWN = 10_000;

/** Accesses of sockets that have no other end. */
const LOCAL_ONLY: ReadonlySet<string> = new Set(['create', 'bind', 'listen', 'shutdown', 'getattr', 'setattr', 'getopt', 'setopt']);

/**
 * One kind of socket that was used with one address or port only is allowed with these; with several, with any: pods
 * and their peers have other addresses each time.
 */
function networkNeeds(sockets: readonly SocketNeed[], strictness: Strictness, fine: boolean): Need[] {
  const kinds = new Map<string, SocketNeed[]>();
  for (const need of sockets) {
    const kind = `${need.rule.family} ${need.rule.socketType}`;
    const alike = kinds.get(kind);
    if (alike === undefined) {
      kinds.set(kind, [need]);
    } else {
      alike.push(need);
    }
  }
  return [...kinds.values()].flatMap((needs) => {
    const ends = new Set(needs.map(({ rule }) => JSON.stringify([rule.local, rule.peer])));
    return fine && (strictness === 'exact' || ends.size === 1) ? needs : [wideNetwork(needs)];
  });
}

function exactNetwork({ family, type, access, localAddress, localPort, peerAddress, peerPort }: NetworkAccess): NetworkRule {
  const hasPeer = (peerAddress !== undefined || peerPort !== undefined) && !(access !== undefined && LOCAL_ONLY.has(access));
  return {
    type: 'network',
    qualifiers: NO_QUALIFIERS,
    access: access === undefined ? [] : [access],
    family,
    socketType: type,
    local: end(localAddress, localPort),
    ...(hasPeer && { peer: end(peerAddress, peerPort) }),
  };
}

function end(ip: string | undefined, port: number | undefined): NetworkEnd {
  return { ...(ip !== undefined && { ip }), ...(port !== undefined && { port: String(port) }) };
}

function wideNetwork(needs: readonly SocketNeed[]): Need {
  const { family, socketType } = needs[0]!.rule;
  return {
    rule: { type: 'network', qualifiers: NO_QUALIFIERS, access: [], family, socketType, local: {} },
    evidence: needs.map(({ evidence }) => evidence).reduce(joinedEvidence),
    steps: needs.length > 1 ? [SOCKET_ENDS] : [],
  };
}

/** Lists of words that rules which are otherwise equal may share. */
const LISTS = ['access', 'signals'] as const;

function merged(needs: readonly Need[]): Need[] {
  return LISTS.reduce<readonly Need[]>((current, list) => mergedBy(current, list), needs) as Need[];
}

function mergedBy(needs: readonly Need[], list: typeof LISTS[number]): Need[] {
  const byRest = new Map<string, Need>();
  for (const need of needs) {
    const words = wordsOf(need.rule, list);
    const key = words === undefined || words.length === 0 ? printRule(need.rule) : JSON.stringify({ ...need.rule, [list]: undefined });
    const before = byRest.get(key);
    const all = before === undefined || words === undefined ? undefined : [...new Set([...wordsOf(before.rule, list)!, ...words])].sort();
    byRest.set(key, before === undefined ? need : {
      rule: all === undefined ? before.rule : { ...before.rule, [list]: all } as AccessRule,
      evidence: joinedEvidence(before.evidence, need.evidence),
      steps: [...new Set([...before.steps, ...need.steps])].sort(),
    });
  }
  return [...byRest.values()];
}

function wordsOf(rule: AccessRule, list: typeof LISTS[number]): readonly string[] | undefined {
  return list in rule ? (rule as unknown as Record<string, readonly string[]>)[list] : undefined;
}
