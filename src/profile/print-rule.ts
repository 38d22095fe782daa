import { printWord } from '../language/words';
import type { AccessRule } from '../rules/registry';

/** An access rule in house style. */
export function printRule(rule: AccessRule): string {
  const { priority, audit, access, owner } = rule.qualifiers;
  const words = [priority === undefined ? '' : `priority=${priority}`, audit ? 'audit' : '', access ?? '', owner ?? '', ...parts(rule)];
  return `${words.filter((text) => text !== '').join(' ')},`;
}

function parts(rule: AccessRule): string[] {
  switch (rule.type) {
    case 'all': return ['all'];
    case 'capability': return ['capability', ...rule.names];
    case 'userns': return ['userns', rule.create ? 'create' : ''];
    case 'rlimit': return ['set rlimit', rule.resource, '<=', `${rule.value}${rule.unit ?? ''}`];
    case 'change_profile': return ['change_profile', rule.mode ?? '', ...optional(rule.exec), ...arrow(rule.target)];
    case 'pivot_root': return ['pivot_root', ...condition('oldroot', rule.oldRoot), ...optional(rule.newRoot)];
    case 'link': return ['link', rule.subset ? 'subset' : '', printWord(rule.path), ...arrow(rule.target)];
    case 'ptrace': return ['ptrace', list(rule.access), ...condition('peer', rule.peer)];
    case 'signal': return ['signal', list(rule.access), rule.signals.length > 0 ? `set=(${rule.signals.join(' ')})` : '', ...condition('peer', rule.peer)];
    case 'io_uring': return ['io_uring', list(rule.access), ...condition('label', rule.label)];
    case 'mqueue': return ['mqueue', list(rule.access), ...condition('type', rule.queueType), ...condition('label', rule.label), ...optional(rule.name)];
    case 'unix': return [
      'unix', list(rule.access), ...condition('type', rule.socketType), ...condition('addr', rule.address),
      peer({ addr: rule.peerAddress, label: rule.peerLabel }),
    ];
    case 'dbus': return [
      'dbus', list(rule.access), ...condition('bus', rule.bus), ...condition('path', rule.path), ...condition('interface', rule.interface),
      ...condition('member', rule.member), ...condition('name', rule.name), peer({ name: rule.peerName, label: rule.peerLabel }),
    ];
    case 'network': return [
      'network', list(rule.access), rule.family ?? '', rule.socketType ?? rule.protocol ?? '', ...condition('ip', rule.local.ip),
      ...condition('port', rule.local.port), peer({ ip: rule.peer?.ip, port: rule.peer?.port }),
    ];
    case 'mount': return [
      rule.operation, ...rule.fstype.map((one) => `fstype${operator(one.operator)}(${one.values.join(', ')})`),
      ...rule.options.map((one) => `options${operator(one.operator)}(${one.values.join(', ')})`), ...optional(rule.source),
      ...(rule.operation === 'mount' ? arrow(rule.target) : optional(rule.target)),
    ];
    case 'file': return rule.path === undefined ? ['file'] : [printWord(rule.path), `${rule.permissions}${execText(rule.exec, rule.scrub)}`, ...arrow(rule.target)];
  }
}

function execText(exec: string | undefined, scrub: boolean | undefined): string {
  if (exec === undefined || !scrub) {
    return exec ?? '';
  }
  return exec.length === 3 && exec[1] === 'u' ? `${exec.slice(0, 2).toUpperCase()}x` : exec[0].toUpperCase() + exec.slice(1);
}

function operator(one: '=' | 'in'): string {
  return one === '=' ? '=' : ' in ';
}

function optional(value: string | undefined): string[] {
  return value === undefined ? [] : [printWord(value)];
}

function arrow(value: string | undefined): string[] {
  return value === undefined ? [] : ['->', printWord(value)];
}

function condition(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${name}=${printWord(value)}`];
}

function peer(conditions: Record<string, string | undefined>): string {
  const text = Object.entries(conditions).flatMap(([name, value]) => condition(name, value)).join(' ');
  return text === '' ? '' : `peer=(${text})`;
}

function list(values: readonly string[]): string {
  return values.length > 1 ? `(${values.join(' ')})` : values.join('');
}
