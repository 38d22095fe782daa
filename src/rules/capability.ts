import type { Access } from './access';
import { coversNames } from './accesses';
import { ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { isIdentifierPart } from '../language/characters';
import { type Cursor, wordEnd } from '../language/cursor';

/** `capability [NAME …],` */
export interface CapabilityRule extends QualifiedRule {
  readonly type: 'capability';
  /** Lower case, without `CAP_`; empty: all. */
  readonly names: readonly string[];
}

/** The kernel's capabilities in the order of their numbers, which begin at 0 (capability.h). */
export const CAPABILITIES: readonly string[] = [
  'chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap', 'linux_immutable',
  'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw', 'ipc_lock', 'ipc_owner', 'sys_module', 'sys_rawio', 'sys_chroot',
  'sys_ptrace', 'sys_pacct', 'sys_admin', 'sys_boot', 'sys_nice', 'sys_resource', 'sys_time', 'sys_tty_config', 'mknod', 'lease',
  'audit_write', 'audit_control', 'setfcap', 'mac_override', 'mac_admin', 'syslog', 'wake_alarm', 'block_suspend', 'audit_read',
  'perfmon', 'bpf', 'checkpoint_restore',
];

const KNOWN: ReadonlySet<string> = new Set(CAPABILITIES);

export const capability: Family<CapabilityRule> = {
  type: 'capability',
  keywords: ['capability'],
  order: 30,
  parse,
  print: ({ qualifiers, names }) => ruleText(qualifiers, 'capability', names),
  patterns: () => [],
  covers: (wide, narrow) => coversNames(wide.names, narrow.names),
  fromAccess: (access: Access) => (access.class === 'capability'
    ? { type: 'capability', qualifiers: NO_QUALIFIERS, names: [access.capability] }
    : undefined),
};

function parse(cursor: Cursor, qualifiers: Qualifiers): CapabilityRule {
  const names: string[] = [];
  for (cursor.skip(); isIdentifierPart(cursor.code()); cursor.skip()) {
    const [start, end] = [cursor.pos, wordEnd(cursor.text, cursor.pos)];
    const name = cursor.text.slice(start, end);
    cursor.pos = end;
    if (!KNOWN.has(name)) {
      unknown(cursor, name, start);
    }
    names.push(name);
  }
  cursor.endRule('capability');
  return { type: 'capability', qualifiers, names };
}

function unknown(cursor: Cursor, name: string, start: number): void {
  const meant = name.toLowerCase().replace(/^cap_/, '');
  const help = KNOWN.has(meant) ? `write ${meant}` : 'names are those of capabilities(7) in lower case without CAP_, separated by blanks';
  cursor.report({ code: 'unknown-capability', message: `there is no capability "${name}"`, help }, start, cursor.pos);
}
