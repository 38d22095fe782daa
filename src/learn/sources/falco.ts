import { isObject, numberAt, objectAt, textAt, timeAt } from './json-values';
import { familyName, isPath, isRuntime, observed, openAccess, outcome, socketAccess, socketTypeName, workloadOf } from './observed';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';
import type { Access } from '../../rules/access';

/**
 * Alerts of Falco with `json_output: true`. They hold only what a rule's `output` names: `evt.type`, `fd.name` or
 * `fs.path.name`, `evt.arg.flags`, `evt.rawres` (or `evt.res`), `proc.exepath`, `proc.name`, `k8s.ns.name`, `k8s.pod.name`,
 * `container.name`.
 */
export const falco: ObjectSource = {
  recognises: (event) => isObject(event.output_fields) && typeof event.rule === 'string',
  read,
};

const DROP_RULE = 'Falco internal: syscall event drop';

const WRITES: ReadonlySet<string> = new Set([
  'unlink', 'unlinkat', 'mknod', 'mknodat', 'chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat', 'truncate',
  'ftruncate', 'symlink', 'symlinkat',
]);
const DIRECTORY_WRITES: ReadonlySet<string> = new Set(['mkdir', 'mkdirat', 'rmdir']);

function read(event: JsonObject): ObjectReading {
  const fields = objectAt(event, 'output_fields');
  if (event.rule === DROP_RULE) {
    return { kind: 'nothing', lost: numberAt(fields, 'n_drops') ?? 1 };
  }
  const call = textAt(fields, 'evt.type');
  const comm = textAt(fields, 'proc.name');
  const ended = outcome(numberAt(fields, 'evt.rawres') ?? textAt(fields, 'evt.res')?.replace(/^SUCCESS$/, ''));
  const accesses = call === undefined || isRuntime(comm) || ended === 'failed' ? [] : accessesOf(call, fields);
  if (accesses.length === 0) {
    return NOTHING;
  }
  return observed({
    operation: call!,
    accesses,
    denied: ended === 'refused',
    name: pathOf(fields),
    comm,
    time: timeAt(event, 'time') ?? nanoseconds(numberAt(fields, 'evt.time')),
    pid: numberAt(fields, 'proc.pid'),
    workload: workloadOf({
      node: textAt(event, 'hostname'),
      namespace: textAt(fields, 'k8s.ns.name'),
      pod: textAt(fields, 'k8s.pod.name'),
      container: textAt(fields, 'container.name'),
      owner: undefined,
    }),
  });
}

function nanoseconds(time: number | undefined): number | undefined {
  return time === undefined ? undefined : time / 1e9;
}

function pathOf(fields: JsonObject): string | undefined {
  return [textAt(fields, 'fs.path.name'), textAt(fields, 'fd.name')].find(isPath);
}

function accessesOf(call: string, fields: JsonObject): Access[] {
  const path = pathOf(fields);
  const flags = textAt(fields, 'evt.arg.flags') ?? 'O_RDONLY';
  if (call === 'open' || call === 'openat' || call === 'openat2' || call === 'creat') {
    return path === undefined ? [] : openAccess(path, call === 'creat' ? 'O_CREAT|O_WRONLY|O_TRUNC' : flags);
  }
  if (call === 'execve' || call === 'execveat') {
    const program = textAt(fields, 'proc.exepath');
    return isPath(program) ? [{ class: 'exec', path: program }] : [];
  }
  if (WRITES.has(call) || DIRECTORY_WRITES.has(call)) {
    const suffix = DIRECTORY_WRITES.has(call) && path?.endsWith('/') === false ? '/' : '';
    return path === undefined ? [] : [{ class: 'file', path: `${path}${suffix}`, mask: 'w' }];
  }
  if (call.startsWith('rename')) {
    return [textAt(fields, 'fs.path.source'), textAt(fields, 'fs.path.target'), path].filter(isPath)
      .map((renamed) => ({ class: 'file', path: renamed, mask: 'w' }));
  }
  if (call.startsWith('link')) {
    const [source, target] = [textAt(fields, 'fs.path.source'), textAt(fields, 'fs.path.target')];
    return isPath(source) && isPath(target) ? [{ class: 'link', path: target, target: source }] : [];
  }
  return socketCall(call, fields);
}

/** `fd.l4proto` is `tcp` or `udp`; `fd.typechar` is `4` or `6` for the Internet's families, `u` for unix sockets. */
function socketCall(call: string, fields: JsonObject): Access[] {
  if (call === 'socket') {
    return socketAccess(familyName(textAt(fields, 'evt.arg.domain')), socketTypeName(textAt(fields, 'evt.arg.type')), 'create');
  }
  if (call !== 'connect' && call !== 'bind' && call !== 'listen' && call !== 'accept' && call !== 'accept4') {
    return [];
  }
  const family = { 4: 'inet', 6: 'inet6', u: 'unix' }[textAt(fields, 'fd.typechar') ?? ''];
  const type = textAt(fields, 'fd.l4proto') === 'udp' ? 'dgram' : 'stream';
  return socketAccess(family, type, call === 'accept4' ? 'accept' : call);
}
