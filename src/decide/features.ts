import { type Features, parseFeatures, type Policy } from '../language';
import { CAPABILITIES } from '../rules/capability';

/** What a mainline kernel 6.1 mediates: no dbus, no unix sockets by address, no user namespaces. */
export const MAINLINE_6_1 = `
capability {0xffffff}
caps {mask {${CAPABILITIES.join(' ')}}}
domain {attach_conditions {xattr {yes}} change_hat {yes} change_hatv {yes} change_onexec {yes} change_profile {yes} computed_longest_left {yes}
 fix_binfmt_elf_mmap {yes} post_nnp_subset {yes} stack {yes} version {1.2}}
file {mask {create read write exec append mmap_exec link lock}}
mount {mask {mount umount pivot_root}}
namespaces {pivot_root {no} profile {yes}}
network_v8 {af_mask {unspec unix inet inet6 netlink packet}}
policy {set_load {yes} versions {v5 {yes} v6 {yes} v7 {yes} v8 {yes}}}
ptrace {mask {read trace}}
query {label {data {yes} multi_transaction {yes} perms {allow deny audit quiet}}}
rlimit {mask {cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime}}
signal {mask {hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys emt lost}}
`;

/** What parsers take a policy without an `abi` declaration for. Its network is an old one that mainline kernels lack. */
const WITHOUT_ABI = `
capability {0xffffff}
caps {mask {${CAPABILITIES.filter((name) => !['perfmon', 'bpf', 'checkpoint_restore'].includes(name)).join(' ')}}}
dbus {mask {acquire send receive}}
domain {attach_conditions {xattr {yes}} stack {yes}}
file {mask {create read write exec append mmap_exec link lock}}
mount {mask {mount umount pivot_root}}
namespaces {pivot_root {yes} profile {yes}}
network {af_mask {unspec unix inet inet6} af_unix {yes}}
ptrace {mask {read trace}}
rlimit {mask {cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime}}
signal {mask {hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys emt lost}}
`;

/** Features that a kernel and a policy have in common: only those are enforced. */
export interface CommonFeatures {
  has(feature: string): boolean;
  lists(feature: string, word: string): boolean;
  /** The same for the kernel alone: for what parsers compile whatever the policy's ABI says. */
  kernelLists(feature: string, word: string): boolean;
}

/**
 * @param kernel a text in the format of features files; default: mainline 6.1
 * @param abi the text of the features file that the policy's `abi` declaration names, where there is one
 */
export function commonFeatures(policy: Policy, kernel: string = MAINLINE_6_1, abi?: string): CommonFeatures {
  const kernelFeatures = parseFeatures(kernel);
  const both = [kernelFeatures, policy.abi === 'kernel' ? kernelFeatures : parseFeatures(abi ?? WITHOUT_ABI)];
  return {
    has: (feature) => both.every((features) => features.has(feature)),
    lists: (feature, word) => both.every((features) => listed(features, feature).includes(word)),
    kernelLists: (feature, word) => listed(kernelFeatures, feature).includes(word),
  };
}

function listed(features: Features, feature: string): readonly string[] {
  return (features.value(feature) ?? '').split(' ');
}
