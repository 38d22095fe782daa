import { listWords, pathWords, peerWords } from './paths';
import type { FileRule } from '../../rules/file';
import type { MountRule } from '../../rules/mount';
import type { NetworkEnd, NetworkRule } from '../../rules/network';
import type { ExecMode } from '../../rules/permissions';
import type { AccessRule } from '../../rules/registry';
import type { Qualifiers } from '../../rules/rule';

/** What a rule does, as one sentence in plain words. */
export function ruleSentence(rule: AccessRule): string {
  const what = (WORDS[rule.type] as (one: AccessRule) => string)(rule);
  return `${rule.type === 'rlimit' ? '' : verb(rule.qualifiers)}${what}${tail(rule.qualifiers)}.`;
}

function verb({ access, priority }: Qualifiers): string {
  const does = access === 'deny' ? 'Forbids ' : access === 'prompt' ? 'Asks a person before ' : 'Allows ';
  return priority === undefined ? does : `Before rules of lower priority than ${priority}: ${does.toLowerCase()}`;
}

function tail({ access, audit, owner }: Qualifiers): string {
  const whose = owner === undefined ? '' : `, of files that the process' user ${owner === 'owner' ? 'owns' : 'does not own'}`;
  if (access === 'deny') {
    return `${whose}, whatever else allows it; ${audit ? 'attempts are logged' : 'attempts are not logged'}`;
  }
  return `${whose}${audit ? ', and logs every use' : ''}`;
}

const WORDS: { readonly [T in AccessRule['type']]: (rule: Extract<AccessRule, { type: T }>) => string } = {
  all: () => 'everything but resource limits and changes of the profile',
  capability: ({ names }) => (names.length === 0 ? 'every capability' : `the ${names.length > 1 ? 'capabilities' : 'capability'} ${listWords(names)}`),
  change_profile: ({ target, exec }) => `changing to ${target === undefined ? 'any profile' : `the profile ${target}`}${exec === undefined ? '' : ` when ${exec} is executed`}`,
  dbus: ({ access, bus, name, path, interface: type, member, peerName, peerLabel }) => {
    const parts = [['bus', bus], ['name', name], ['path', path], ['interface', type], ['member', member], ['peer', peerName ?? peerLabel]];
    const where = parts.flatMap(([part, value]) => (value === undefined ? [] : [`${part} ${value}`]));
    return `${access.length === 0 ? 'using D-Bus' : listWords(access.map((one) => DBUS[one] ?? one))}${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
  },
  file: fileWords,
  io_uring: ({ access }) => (access.length === 0 ? 'using io_uring' : `io_uring ${listWords(access)}`),
  link: ({ path, target, subset }) => `making hard links ${path} to ${target}${subset ? ' that get no more permissions than their target' : ''}`,
  mount: mountWords,
  mqueue: ({ access, name }) => `${access.length === 0 ? 'using' : listWords(access)} ${name === undefined ? 'message queues' : `the message queue ${name}`}`,
  network: networkWords,
  pivot_root: ({ newRoot, oldRoot }) => `changing the root${newRoot === undefined ? '' : ` to ${newRoot}`}${oldRoot === undefined ? '' : `, putting the old one at ${oldRoot}`}`,
  ptrace: ({ access, peer }) => `${listWords((access.length === 0 ? Object.keys(PTRACE) : access).map((one) => PTRACE[one]))} ${peerWords(peer)}`,
  rlimit: ({ resource, value, unit = '' }) => `Limits ${resource} to ${value === 'infinity' ? 'nothing' : `${value}${unit}`}`,
  signal: ({ access, signals, peer }) => {
    const [sends, receives] = ['send', 'receive'].map((one) => access.length === 0 || access.includes(one));
    const which = signals.length === 0 ? 'every signal' : `the signal${signals.length > 1 ? 's' : ''} ${listWords(signals)}`;
    const ends = [sends ? 'to' : '', receives ? 'from' : ''].filter((word) => word !== '');
    return `${[sends ? 'sending' : '', receives ? 'receiving' : ''].filter((word) => word !== '').join(' and ')} ${which} ${ends.join(' and ')} ${peerWords(peer)}`;
  },
  unix: ({ access, socketType, address, peerLabel }) => `${access.length === 0 ? 'using' : listWords(access)} unix sockets`
    + `${socketType === undefined ? '' : ` of type ${socketType}`}${address === undefined ? '' : ` at ${address}`}${peerLabel === undefined ? '' : `, with ${peerWords(peerLabel)}`}`,
  userns: () => 'creating user namespaces, in which a process has all capabilities',
};

const DBUS: Readonly<Record<string, string>> = {
  send: 'sending messages', receive: 'receiving messages', bind: 'owning a name', eavesdrop: 'listening to the messages of others',
};
const PTRACE: Readonly<Record<string, string>> = {
  trace: 'tracing', read: 'reading the state of', tracedby: 'being traced by', readby: 'being read by',
};
const PERMISSIONS: Readonly<Record<string, string>> = {
  r: 'reading', w: 'writing, creating and removing', a: 'appending to', l: 'linking to', k: 'locking', m: 'mapping as code',
};
const EXEC: Readonly<Record<ExecMode, string>> = {
  ix: 'in the same profile',
  ux: 'without any profile',
  px: 'in another profile',
  cx: 'in a child profile',
  pix: 'in another profile, or in the same one where that is missing',
  cix: 'in a child profile, or in the same one where that is missing',
  pux: 'in another profile, or without any where that is missing',
  cux: 'in a child profile, or without any where that is missing',
  x: '',
};

function fileWords({ path, permissions, exec, scrub, target }: FileRule): string {
  const letters = [...permissions].map((letter) => PERMISSIONS[letter]);
  const words = [...letters, ...(exec === undefined ? [] : ['executing'])];
  if (exec === undefined || exec === 'x') {
    return `${listWords(words)} ${pathWords(path)}`;
  }
  const how = target === undefined ? EXEC[exec] : EXEC[exec].replace(/another profile|a child profile/, (kind) => `${kind.replace(/^an?(other)? /, 'the ')} ${target}`);
  const environment = exec === 'ix' ? '' : scrub ? ' (the environment is scrubbed)' : ' (with the caller\'s environment)';
  return `${listWords(words)} ${pathWords(path)}; programs run ${how}${environment}`;
}

function mountWords({ operation, fstype, options, source, target }: MountRule): string {
  const values = (conditions: MountRule['options']) => conditions.flatMap((condition) => condition.values);
  const parts = [
    { mount: 'mounting', remount: 'remounting', umount: 'unmounting' }[operation],
    operation === 'mount' ? source ?? (values(fstype).length > 0 ? '' : 'anything') : '',
    values(fstype).length > 0 ? `of type ${listWords(values(fstype), 'or')}` : '',
    target === undefined ? 'anywhere' : `${operation === 'mount' ? 'at ' : ''}${target}`,
    values(options).length > 0 ? `with ${listWords(values(options))}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function networkWords({ access, family, socketType, protocol, local, peer }: NetworkRule): string {
  const kind = [family, socketType ?? protocol].filter((word) => word !== undefined).join(' ');
  const end = (one: NetworkEnd | undefined) => [one?.ip, one?.port].filter((value) => value !== undefined).join(' port ');
  const places = [end(local) === '' ? '' : ` at ${end(local)}`, end(peer) === '' ? '' : ` with ${end(peer)}`].join('');
  return `${access.length === 0 ? 'using' : listWords(access)} ${kind === '' ? 'sockets of every family' : `${kind} sockets`}${places}`;
}
