import { oneOf } from './values';
import type { CapabilityRule } from '../rules/capability';
import { NO_QUALIFIERS } from '../rules/rule';

/** Capabilities that every supported parser knows, capabilities(7). */
export const CAPABILITIES: readonly string[] = [
  'audit_control', 'audit_read', 'audit_write', 'block_suspend', 'bpf', 'checkpoint_restore', 'chown', 'dac_override',
  'dac_read_search', 'fowner', 'fsetid', 'ipc_lock', 'ipc_owner', 'kill', 'lease', 'linux_immutable', 'mac_admin',
  'mac_override', 'mknod', 'net_admin', 'net_bind_service', 'net_broadcast', 'net_raw', 'perfmon', 'setfcap', 'setgid',
  'setpcap', 'setuid', 'sys_admin', 'sys_boot', 'sys_chroot', 'sys_module', 'sys_nice', 'sys_pacct', 'sys_ptrace',
  'sys_rawio', 'sys_resource', 'sys_time', 'sys_tty_config', 'syslog', 'wake_alarm',
];

/** One rule for each name, or one for all capabilities. */
export function capabilityRules(names: readonly string[]): CapabilityRule[] {
  const rule = (wanted: readonly string[]): CapabilityRule => ({ type: 'capability', qualifiers: NO_QUALIFIERS, names: wanted });
  return names.length === 0 ? [rule([])] : names.map((name) => rule([oneOf('Rule.capability()', 'capability', name, CAPABILITIES)]));
}
