import { numberAt, objectAt, textAt, timeAt } from './json-values';
import { capabilityAccess, familyName, isPath, isRuntime, observed, openAccess, outcome, ownerOf, socketAccess, socketTypeName, workloadOf } from './observed';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';
import type { Access } from '../../rules/access';

/** Logs and alerts of KubeArmor (`karmor logs --json --logFilter all`). */
export const kubearmor: ObjectSource = {
  recognises: (event) => typeof event.Operation === 'string' && typeof event.Type === 'string' && 'Resource' in event,
  read,
};

function read(event: JsonObject): ObjectReading {
  const operation = textAt(event, 'Operation') ?? 'unknown';
  if (operation === 'AlertThreshold') {
    return { kind: 'nothing', lost: 1 };
  }
  const process = textAt(event, 'ProcessName');
  const comm = process?.split('/').at(-1);
  const ended = outcome(textAt(event, 'Result'));
  const accesses = isRuntime(comm) || ended === 'failed' ? [] : accessesOf(operation, event);
  if (accesses.length === 0) {
    return NOTHING;
  }
  return observed({
    operation: `kubearmor_${operation.toLowerCase()}`,
    accesses,
    denied: ended === 'refused' || textAt(event, 'Action') === 'Block',
    comm,
    name: textAt(event, 'Resource'),
    time: timeAt(event, 'UpdatedTime') ?? numberAt(event, 'Timestamp'),
    pid: numberAt(event, 'HostPID'),
    workload: workloadOf({
      node: textAt(event, 'HostName'),
      namespace: textAt(event, 'NamespaceName'),
      pod: textAt(event, 'PodName'),
      container: textAt(event, 'ContainerName'),
      owner: ownerOf(textAt(event, 'Owner', 'Ref'), textAt(event, 'Owner', 'Name')),
    }),
  });
}

function accessesOf(operation: string, event: JsonObject): Access[] {
  const resource = textAt(event, 'Resource') ?? '';
  const data = pairs(textAt(event, 'Data') ?? '', objectAt(event, 'EventData'));
  switch (operation) {
    case 'Process': {
      const path = resource.split(' ')[0];
      return isPath(path) ? [{ class: 'exec', path }] : [];
    }
    case 'File':
      return fileAccesses(resource, data);
    case 'Network':
      return networkAccesses(resource, data);
    case 'Capabilities':
      return capabilityAccess(/CAP_[A-Z_]+/.exec(`${resource} ${data.get('capname') ?? ''}`)?.[0]);
    default:
      return [];
  }
}

/** `syscall=SYS_OPENAT fd=-100 flags=O_RDONLY|O_CLOEXEC`. */
function pairs(data: string, eventData: JsonObject): Map<string, string> {
  const found = data.split(' ').map((pair) => pair.split('=')).filter((parts) => parts.length === 2).map(([key, value]) => [key!.toLowerCase(), value!] as const);
  const given = Object.entries(eventData).map(([key, value]) => [key.toLowerCase(), String(value)] as const);
  return new Map([...given, ...found]);
}

const CHANGES = /^SYS_(?:UNLINK|UNLINKAT|RENAME|MKNOD|CHMOD|FCHMOD|CHOWN|FCHOWN|TRUNCATE|SYMLINK)/;

function fileAccesses(path: string, data: ReadonlyMap<string, string>): Access[] {
  const call = data.get('syscall') ?? '';
  if (!isPath(path)) {
    return [];
  }
  if (CHANGES.test(call)) {
    return [{ class: 'file', path, mask: 'w' }];
  }
  if (call.startsWith('SYS_MKDIR') || call.startsWith('SYS_RMDIR')) {
    return [{ class: 'file', path: path.endsWith('/') ? path : `${path}/`, mask: 'w' }];
  }
  return openAccess(path, data.get('flags') ?? 'O_RDONLY');
}

function networkAccesses(resource: string, data: ReadonlyMap<string, string>): Access[] {
  const words = pairs(resource, {});
  const call = (data.get('syscall') ?? data.get('kprobe') ?? '').toLowerCase();
  const access = ['connect', 'accept', 'bind', 'listen', 'socket'].find((name) => call.includes(name)) ?? 'connect';
  const family = familyName(words.get('sa_family') ?? words.get('domain')) ?? 'inet';
  const type = socketTypeName(words.get('type')) ?? 'stream';
  return socketAccess(family, type, access === 'socket' ? 'create' : access);
}
