/*
 * What the features files of AppArmor's ABIs declare, so that decisions do not depend on the machine that asks: only the
 * features by which rules are enforced or dropped.
 */
import { CAPABILITIES } from '../rules/capability';

const CAPABILITIES_OF_3 = CAPABILITIES.filter((name) => name !== 'checkpoint_restore');

const VANILLA = `
file {mask {create read write exec append mmap_exec link lock}}
domain {attach_conditions {xattr {yes}} stack {yes} version {1.2}}
mount {mask {mount umount pivot_root}}
ptrace {mask {read trace}}
signal {mask {hup int term kill}}
rlimit {mask {as nofile}}
`;
const UNIX = 'network {af_mask {unix inet inet6} af_unix {yes}}\n';
const DBUS = 'dbus {mask {acquire send receive}}\n';
const caps = (names: readonly string[]) => `caps {mask {${names.join(' ')}}}\n`;
const namespaces = (more: string) => `namespaces {pivot_root {no} profile {yes} ${more}}\n`;
const MQUEUE = 'ipc {posix_mqueue {create read write open delete setattr getattr}}\n';

const V3 = `${VANILLA}${UNIX}${DBUS}network_v8 {af_mask {unix inet inet6}}\n`;
const V4 = `${V3}${MQUEUE}${caps(CAPABILITIES)}${namespaces('mask {userns_create}')}`;
const IP = 'network_v8 {af_inet {yes}}\n';
const V5 = `${V4}${IP}network_v9 {af_mask {unix inet inet6} af_unix {yes}}\nio_uring {mask {sqpoll override_creds}}\n`;

/** Text of each shipped features file, by the name that an `abi` declaration gives. */
export const ABI_FEATURES: Readonly<Record<string, string>> = {
  'abi/3.0': `${V3}${caps(CAPABILITIES_OF_3)}${namespaces('')}`,
  'abi/4.0': V4,
  'abi/4.0-ip': `${V4}${IP}`,
  'abi/5.0': V5,
  'abi/5.0-interface': `${V5}network_v9_skb {iface {yes}}\n`,
  'abi/kernel-5.4-vanilla': `${VANILLA}${caps(CAPABILITIES_OF_3)}${namespaces('')}`,
  'abi/kernel-5.4-outoftree-network': `${VANILLA}${UNIX}${DBUS}${caps(CAPABILITIES_OF_3)}${namespaces('')}`,
};
