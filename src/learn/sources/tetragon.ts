import type { Access } from '../../rules/access';
import type { Workload } from '../event';
import { isObject, listAt, numberAt, objectAt, textAt, timeAt } from './json-values';
import { capabilityAccess, familyName, isPath, isRuntime, observed, ownerOf, socketAccess, socketTypeName, workloadOf } from './observed';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';

/** Events of Tetragon's JSON export (`tetragon.log`, `tetra getevents -o json`): process_exec, process_kprobe and process_lsm. */
export const tetragon: ObjectSource = {
  recognises: (event) => KINDS.some((kind) => isObject(event[kind])) || isObject(event.rate_limit_info),
  read,
};

const KINDS = ['process_exec', 'process_exit', 'process_kprobe', 'process_lsm', 'process_tracepoint', 'process_uprobe', 'process_throttle'];

/** Kernel functions by the access that a call of theirs is; arguments as the policies of Tetragon's own documentation give them. */
const FUNCTIONS: Readonly<Record<string, (args: readonly JsonObject[]) => Access[]>> = {
  security_file_open: (args) => file(args, 'r'),
  file_open: (args) => file(args, 'r'),
  security_file_permission: (args) => file(args, permissionMask(integer(args))),
  file_permission: (args) => file(args, permissionMask(integer(args))),
  security_mmap_file: (args) => file(args, protectionMask(integer(args))),
  mmap_file: (args) => file(args, protectionMask(integer(args))),
  security_file_lock: (args) => file(args, 'k'),
  security_file_truncate: (args) => file(args, 'w'),
  security_path_truncate: (args) => file(args, 'w'),
  security_path_unlink: (args) => file(args, 'w'),
  security_path_mkdir: (args) => file(args, 'w', true),
  security_path_rmdir: (args) => file(args, 'w', true),
  security_path_mknod: (args) => file(args, 'w'),
  security_path_rename: (args) => file(args, 'w'),
  security_path_symlink: (args) => file(args, 'w'),
  security_path_chmod: (args) => file(args, 'w'),
  security_path_chown: (args) => file(args, 'w'),
  security_bprm_check: (args) => exec(args),
  bprm_check_security: (args) => exec(args),
  cap_capable: (args) => capabilityAccess(args.map((arg) => textAt(arg, 'capability_arg', 'name')).find((name) => name !== undefined)),
  security_socket_create: (args) => socketAccess(familyName(integer(args, 0)), socketTypeName(integer(args, 1)), 'create'),
  security_socket_connect: (args) => socket(args, 'connect'),
  security_socket_bind: (args) => socket(args, 'bind'),
  security_socket_listen: (args) => socket(args, 'listen'),
  tcp_connect: (args) => socket(args, 'connect'),
  inet_csk_listen_start: (args) => socket(args, 'listen'),
};

function read(event: JsonObject): ObjectReading {
  if (isObject(event.rate_limit_info)) {
    return { kind: 'nothing', lost: numberAt(event, 'rate_limit_info', 'number_of_dropped_process_events') ?? 1 };
  }
  const kind = KINDS.find((name) => isObject(event[name]))!;
  const body = objectAt(event, kind);
  const process = objectAt(body, 'process');
  const common = {
    comm: textAt(process, 'binary')?.split('/').at(-1),
    workload: workload(process, textAt(event, 'node_name')),
    time: timeAt(event, 'time'),
    pid: numberAt(process, 'pid'),
  };
  if (isRuntime(common.comm)) {
    return NOTHING;
  }
  if (kind === 'process_exec') {
    const path = textAt(process, 'binary');
    const existedBefore = textAt(process, 'flags')?.split(' ').includes('procFS') === true;
    return !isPath(path) || existedBefore ? NOTHING : observed({ ...common, operation: 'exec', name: path, accesses: [{ class: 'exec', path }] });
  }
  const operation = textAt(body, 'function_name') ?? textAt(body, 'event') ?? kind;
  const accesses = Object.hasOwn(FUNCTIONS, operation) ? FUNCTIONS[operation]!(listAt(body, 'args')) : [];
  const result = numberAt(body, 'return', 'int_arg') ?? 0;
  return accesses.length === 0 || (result !== 0 && result !== -1 && result !== -13)
    ? NOTHING
    : observed({ ...common, operation, accesses, denied: result !== 0 });
}

function workload(process: JsonObject, node: string | undefined): Workload {
  const pod = objectAt(process, 'pod');
  return workloadOf({
    node,
    namespace: textAt(pod, 'namespace'),
    pod: textAt(pod, 'name'),
    container: textAt(pod, 'container', 'name'),
    owner: ownerOf(textAt(pod, 'workload_kind'), textAt(pod, 'workload')),
  });
}

/** A path whose components could not all be resolved, or whose mount is given apart, is none. */
function paths(args: readonly JsonObject[]): string[] {
  return args
    .map((arg) => objectAt(arg, isObject(arg.file_arg) ? 'file_arg' : isObject(arg.path_arg) ? 'path_arg' : 'linux_binprm_arg'))
    .filter((argument) => textAt(argument, 'mount') === undefined && textAt(argument, 'flags')?.includes('unresolved') !== true)
    .map((argument) => textAt(argument, 'path'))
    .filter(isPath);
}

function file(args: readonly JsonObject[], mask: string, isDirectory = false): Access[] {
  return mask === '' ? [] : paths(args).map((path) => ({
    class: 'file', path: isDirectory && !path.endsWith('/') ? `${path}/` : path, mask,
  }));
}

function exec(args: readonly JsonObject[]): Access[] {
  return paths(args).map((path) => ({ class: 'exec', path }));
}

function integer(args: readonly JsonObject[], index = 0): number | undefined {
  return args.map((arg) => numberAt(arg, 'int_arg') ?? numberAt(arg, 'uint_arg')).filter((value) => value !== undefined)[index];
}

/** MAY_READ is 4, MAY_WRITE 2 (linux/fs.h). */
function permissionMask(value: number | undefined): string {
  return value === 4 ? 'r' : value === 2 ? 'w' : value === 6 ? 'rw' : '';
}

/** PROT_EXEC is 4 (mmap(2)); other mappings need no permission of their own. */
function protectionMask(value: number | undefined): string {
  return value !== undefined && value % 8 >= 4 ? 'm' : '';
}

function socket(args: readonly JsonObject[], access: string): Access[] {
  const found = args.map((arg) => objectAt(arg, 'sock_arg')).find((arg) => textAt(arg, 'family') !== undefined) ?? {};
  return socketAccess(familyName(textAt(found, 'family')), socketTypeName(textAt(found, 'type')) ?? 'stream', access);
}
