/** Log lines as a kernel writes them, for tests. */
export interface LineParts {
  readonly event?: string;
  readonly operation?: string;
  readonly profile?: string;
  readonly name?: string;
  readonly mask?: string;
  readonly fsuid?: number;
  readonly ouid?: number;
  readonly pid?: number;
  readonly comm?: string;
  readonly serial?: number;
  readonly time?: string;
}

/** The part of a record that is the same on every carrier. */
export function record(parts: LineParts = {}): string {
  const { event = 'ALLOWED', operation = 'open', profile = 'web', name = '/srv/index.html', mask = 'r', fsuid = 33, ouid = 0, pid = 4242, comm = 'nginx' } = parts;
  return `apparmor="${event}" operation="${operation}" class="file" profile="${profile}" name=${value(name)} pid=${pid} comm="${comm}" `
    + `requested_mask="${mask}" denied_mask="${mask}" fsuid=${fsuid} ouid=${ouid}`;
}

/** The kernel prints names with blanks, quotes and other than ASCII as hexadecimal digits. */
function value(name: string): string {
  return /^[\x21\x23-\x7e]*$/.test(name) ? `"${name}"` : Buffer.from(name).toString('hex').toUpperCase();
}

/** As auditd writes it. */
export function auditLine(parts: LineParts = {}): string {
  return `type=AVC msg=audit(${parts.time ?? '1732435200.123'}:${parts.serial ?? 4711}): ${record(parts)}`;
}
