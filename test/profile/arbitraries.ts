import * as fc from 'fast-check';
import {
  AppArmorAbi, AppArmorProfile, DbusAccess, ExecTransition, IoUringAccess, MqueueAccess, NetworkFamily, ProfileBase, ProfileMode,
  PtraceAccess, Resource, Rule, Signal, SignalAccess, SocketAccess, SocketType,
} from '../../src/profile';
import { CAPABILITIES } from '../../src/rules/capability';

const segment = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/),
  fc.constantFrom('*', '**', '?', '*.conf', '[a-z]x', '[^0-9]', '{a,b}', '{,x}y', 'with blank', 'a,b', 'a#b', 'quo"te', 'é', '\\*', '\\{', 'a!b', '$x', '(b)', 'x=y', '^', '+.'),
);

/** Absolute path patterns, with everything that needs quotes or escapes. */
export const path: fc.Arbitrary<string> = fc.tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, folder]) => `/${segments.join('/')}${folder ? '/' : ''}`);

export const label = fc.oneof(
  fc.constantFrom('unconfined', '@{profile_name}', 'k8s-apparmor.*', '/usr/bin/x', 'runc', '{a,b}', 'a//b', 'with blank'),
  fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/),
);

function some<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 });
}

/** Leaves out what is undefined, since `exactOptionalPropertyTypes` programs do so too. */
function options<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const filePermissions = fc.subarray([...'rwlkm'], { minLength: 1 }).map((letters) => letters.join(''));
const transition = fc.oneof(
  fc.constantFrom(ExecTransition.inherit(), ExecTransition.unconfined(), ExecTransition.profile(), ExecTransition.child()),
  fc.constantFrom('one', 'two', 'three').chain((name) => fc.constantFrom(
    ExecTransition.profile(name), ExecTransition.profile(name).orInherit(), ExecTransition.profile(name).orUnconfined().keepEnvironment(),
    ExecTransition.child(name), ExecTransition.child(name).orInherit().keepEnvironment(), ExecTransition.child(name).orUnconfined(),
  )),
);

const fileRule = fc.oneof(
  path.chain((of) => fc.constantFrom(Rule.read(of), Rule.write(of), Rule.append(of), Rule.lock(of), Rule.map(of))),
  fc.tuple(path, filePermissions).map(([of, permissions]) => Rule.file(of, permissions)),
  fc.tuple(path, path, fc.boolean()).map(([one, other, subset]) => Rule.link(one, other, { subset })),
).chain((rule) => fc.constantFrom(rule, rule.owner(), rule.audit().owner()));

const socketAccess = Object.values(SocketAccess);
const peerAccess = [SocketAccess.ACCEPT, SocketAccess.CONNECT, SocketAccess.SEND, SocketAccess.RECEIVE];
const type = fc.constantFrom(...Object.values(SocketType));
const address = fc.constantFrom('@abstract', '@{run}x', '@a*', 'none', 'auto', '@with blank');

const bind: fc.Arbitrary<string[]> = fc.constantFrom<string[]>(['bind'], ['rbind'], ['ro', 'bind']);
const mount = fc.oneof(
  fc.tuple(path, path, bind).map(([source, target, flags]) => Rule.mount({ source, target, options: flags })),
  fc.tuple(path, some(['tmpfs', 'ext*', 'proc']), some(['ro', 'nosuid', 'nodev', 'noexec'])).map(([target, fstype, optionsIn]) => Rule.mount({ target, fstype, optionsIn })),
  fc.tuple(path, fc.constantFrom('private', 'rslave', 'make-rshared', 'unbindable')).map(([target, kind]) => Rule.mount({ target, options: [kind] })),
  fc.constant(Rule.mount()),
);

const others = fc.oneof(
  some(CAPABILITIES).map((names) => Rule.capability(...names)),
  fc.option(fc.constantFrom(...Object.values(NetworkFamily)), { nil: undefined }).chain((family) =>
    fc.option(type, { nil: undefined }).map((one) => Rule.network(family, one))),
  options<{ access: SignalAccess[]; signals: Signal[]; realTimeSignals: number[]; peer: string }>({
    access: some(Object.values(SignalAccess)),
    signals: some(Object.values(Signal)),
    peer: label,
    realTimeSignals: fc.uniqueArray(fc.integer({ min: 0, max: 32 }), { maxLength: 2 }),
  }).map((props) => Rule.signal(props)),
  options<{ access: PtraceAccess[]; peer: string }>({ access: some(Object.values(PtraceAccess)), peer: label }).map((props) => Rule.ptrace(props)),
  options<{ access: SocketAccess[]; type: SocketType; address: string }>({ access: some(socketAccess), type, address: address.filter((text) => !text.includes('{')) })
    .map((props) => Rule.unix(props)),
  options<{ access: SocketAccess[]; type: SocketType; peer: string; peerAddress: string }>({ access: some(peerAccess), type, peer: label, peerAddress: address.filter((text) => !text.includes('{')) })
    .map((props) => Rule.unix(props)),
  options<{ bus: string; path: string; interface: string; member: string; peerName: string; peerLabel: string }>({
    bus: fc.constantFrom('system', 'session'), path: fc.constantFrom('/org/x', '/org/**'), interface: fc.constant('org.x.{A,B}'), member: fc.constantFrom('Get*', 'Do'), peerName: fc.constant('org.x'), peerLabel: label,
  }).chain((props) => some([DbusAccess.SEND, DbusAccess.RECEIVE]).map((access) => Rule.dbus({ ...props, access }))),
  fc.constantFrom(Rule.dbus(), Rule.dbus({ name: 'org.y.*' }), Rule.dbus({ access: [DbusAccess.BIND], bus: 'system' }), Rule.dbus({ access: [DbusAccess.EAVESDROP] })),
  mount,
  options<{ target: string; options: string[] }>({ target: path, options: fc.constant(['ro', 'nosuid']) }).map((props) => Rule.remount(props)),
  fc.option(path, { nil: undefined }).map((target) => Rule.umount(target)),
  options<{ newRoot: string; oldRoot: string }>({ newRoot: path, oldRoot: path }).map((props) => Rule.pivotRoot(props)),
  fc.constantFrom('web', 'web//child', '{a,b}*', undefined).map((target) => Rule.changeProfile(target)),
).chain((rule) => fc.constantFrom(rule, rule.audit(), rule.deny(), rule.deny().audit()));

const limits = fc.constantFrom(
  Rule.rlimit(Resource.NOFILE, '1024'), Rule.rlimit(Resource.AS, '64MB'), Rule.rlimit(Resource.CPU, '10min'), Rule.rlimit(Resource.RTTIME, '500ms'),
  Rule.rlimit(Resource.NICE, '-5'), Rule.rlimit(Resource.CORE, 'infinity'), Rule.rlimit(Resource.FSIZE, '4096'), Rule.rlimit(Resource.RTPRIO, '3'),
);

const since4 = fc.oneof(
  fc.constantFrom(Rule.userns(), Rule.userns().deny(), Rule.mqueue(), Rule.mqueue({ name: '7', access: [MqueueAccess.READ] })),
  options<{ access: MqueueAccess[]; name: string; label: string }>({ access: some(Object.values(MqueueAccess)), name: fc.constantFrom('/q', '/q*'), label }).map((props) => Rule.mqueue(props)),
  fc.constant(Rule.all()),
);
const since5 = fc.oneof(
  options<{ access: IoUringAccess[]; label: string }>({ access: some(Object.values(IoUringAccess)), label: label.filter((text) => !text.includes('@')) }).map((props) => Rule.ioUring(props)),
  fc.constantFrom(
    Rule.network(NetworkFamily.INET, SocketType.STREAM, { access: [SocketAccess.CONNECT], peerIp: '10.0.0.1', peerPort: '443' }),
    Rule.network(NetworkFamily.INET6, undefined, { ip: '::1', port: '8000-8080' }),
    Rule.network(undefined, SocketType.DGRAM, { access: [SocketAccess.BIND, SocketAccess.LISTEN], port: '53' }),
  ),
);

/** Programs with their transitions; one rule for each path, since two with different transitions exclude each other. */
const programs = fc.uniqueArray(fc.tuple(fc.stringMatching(/^\/bin\/[a-z]{1,6}$/), transition, fc.constantFrom('', 'r', 'mr')), {
  selector: ([program]) => program,
  maxLength: 4,
}).map((rows) => rows.map(([program, to, more]) => (more === '' ? Rule.execute(program, to) : Rule.file(program, more, to))));

const rulesOf = (abi: AppArmorAbi): fc.Arbitrary<Rule> => fc.oneof(
  { weight: 5, arbitrary: fileRule },
  { weight: 8, arbitrary: others },
  { weight: 1, arbitrary: limits },
  ...(abi === AppArmorAbi.V3_0 ? [] : [{ weight: 2, arbitrary: since4 }]),
  ...(abi === AppArmorAbi.V5_0 ? [{ weight: 2, arbitrary: since5 }] : []),
);

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/).filter((text) => text !== 'unconfined');

/** What a program may write down for a profile of this generation. */
export const props = (abi: AppArmorAbi) => fc.tuple(
  name,
  fc.array(rulesOf(abi), { maxLength: 12 }),
  programs,
  fc.constantFrom(...Object.values(ProfileBase)),
  fc.constantFrom(...Object.values(ProfileMode)),
  fc.array(fc.tuple(fc.constantFrom('one', 'two', 'kid'), fc.array(rulesOf(abi), { maxLength: 3 })), { maxLength: 1 }),
).map(([named, rules, executed, base, mode, children]) => ({
  name: named,
  base,
  mode,
  abi,
  rules: [...rules, ...executed, ...children.map(([child, own]) => Rule.childProfile(child, own))],
}));

export const profile = (abi: AppArmorAbi) => props(abi).map((one) => new AppArmorProfile(one));
