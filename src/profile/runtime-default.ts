/*
 * The permissions of the default profile of container runtimes, after the template of github.com/moby/profiles v0.2.1
 * (Copyright The Moby Authors, Apache-2.0), changed: written as typed rules, own name by a variable, more runtimes as
 * senders of signals. See NOTICE.
 */
import { AppArmorAbi, isOlder } from './abi';
import { ExecTransition } from './exec-transition';
import { NetworkFamily } from './network';
import { PtraceAccess } from './ptrace';
import { Rule } from './rule';
import { SignalAccess } from './signal';

/** The profile itself. From kernel 6.17 on, peers may show it stacked with what is outside of the container. */
export const SELF = '@{profile_name}{,//&unconfined}';

/** Who stops containers, by label: runtimes that run unconfined, and those with a profile of their own. */
const RUNTIMES = ['unconfined', '{/usr/bin/,/usr/sbin/,}runc', '{/usr/bin/,/usr/sbin/,}crun*', '{/usr/bin/,/usr/sbin/,}podman'];

let signals: readonly Rule[] | undefined;

/** What every profile needs for its containers to be stopped. */
export function runtimeSignals(): readonly Rule[] {
  // The same values for all profiles, made when the first one is.
  signals ??= RUNTIMES.map((peer, index) => {
    const rule = Rule.signal({ access: [SignalAccess.RECEIVE], peer });
    return index === 0 ? rule.because('The container runtime stops the container.') : rule;
  });
  return signals;
}

/** Everything that the runtimes' default profile allows, and its denials. */
export function runtimeDefaultRules(abi: AppArmorAbi): Rule[] {
  return [
    Rule.include('abstractions/base', { ifExists: true }),
    Rule.network().because(accepted('every-network')),
    Rule.network(NetworkFamily.ALG).deny(),
    Rule.capability().because(accepted('every-capability')),
    Rule.file().because(accepted('broad-path')),
    Rule.umount(),
    ...runtimeSignals(),
    Rule.signal({ access: [SignalAccess.SEND, SignalAccess.RECEIVE], peer: SELF }).because('Processes of the container signal each other.'),
    ...kernelFiles(),
    Rule.mount().deny(),
    Rule.ptrace({ access: Object.values(PtraceAccess), peer: SELF }).because('Processes of the container look at each other, as ps does.'),
    ...laterFamilies(abi),
  ];
}

/** Silences the lints about a rule that whoever asks for this base has chosen. */
function accepted(lint: string): string {
  return `lint-ignore ${lint}: the default profile of container runtimes gives it`;
}

/** What newer ABIs mediate and the runtimes' profile, which pins 3.0, leaves free. */
function laterFamilies(abi: AppArmorAbi): Rule[] {
  return [
    ...(isOlder(abi, AppArmorAbi.V4_0) ? [] : [Rule.userns().because(accepted('user-namespaces')), Rule.mqueue()]),
    ...(isOlder(abi, AppArmorAbi.V5_0) ? [] : [Rule.unix(), Rule.ioUring()]),
  ];
}

/** Paths below /proc that belong to no process, in classes since the language has no "not". */
const PROC_WITHOUT_PROCESSES = '/proc/{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}/**';

/** The kernel's own files, which are the node's and not the container's. */
function kernelFiles(): Rule[] {
  const deny = (path: string, permissions: string) => Rule.file(path, permissions).deny();
  const withExec = (path: string, permissions: string) => Rule.file(path, permissions, ExecTransition.inherit()).deny();
  return [
    deny('/proc/*', 'w').because('Files directly in /proc.'),
    deny(PROC_WITHOUT_PROCESSES, 'w').because('Below /proc all but processes and /proc/sys.'),
    deny('/proc/sys/[^k]**', 'w').because('In /proc/sys all but kernel/shm*.'),
    deny('/proc/sys/kernel/{?,??,[^s][^h][^m]**}', 'w'),
    withExec('/proc/sysrq-trigger', 'rwlk'),
    withExec('/proc/kcore', 'rwlk'),
    withExec('/sys/[^f]*/**', 'wlk').because('In /sys all but fs/cgroup.'),
    withExec('/sys/f[^s]*/**', 'wlk'),
    withExec('/sys/fs/[^c]*/**', 'wlk'),
    withExec('/sys/fs/c[^g]*/**', 'wlk'),
    withExec('/sys/fs/cg[^r]*/**', 'wlk'),
    withExec('/sys/firmware/**', 'rwlk'),
    withExec('/sys/devices/virtual/powercap/**', 'rwlk'),
    withExec('/sys/kernel/security/**', 'rwlk'),
  ];
}
