import { isObject, numberAt, objectAt, textAt, timeAt } from './json-values';
import { capabilityAccess, isPath, isRuntime, observed, openAccess, outcome, ownerOf, socketAccess, workloadOf } from './observed';
import { type JsonObject, NOTHING, type ObjectReading, type ObjectSource } from './source';
import type { Access } from '../../rules/access';

/** Events of Inspektor Gadget's trace_open, trace_exec, trace_capabilities, trace_bind, trace_tcp, trace_link (`-o json`). */
export const inspektorGadget: ObjectSource = {
  recognises: (event) => isObject(event.proc) && (isObject(event.k8s) || isObject(event.runtime)),
  read,
};

function read(event: JsonObject): ObjectReading {
  const proc = objectAt(event, 'proc');
  const comm = textAt(proc, 'comm');
  const { operation, accesses } = reading(event);
  const ended = operation === 'capable'
    ? event.capable === false ? 'refused' : 'through'
    : outcome(textAt(event, 'error') ?? zeroOrNegative(numberAt(event, 'error_raw')));
  if (accesses.length === 0 || ended === 'failed' || isRuntime(comm)) {
    return NOTHING;
  }
  return observed({
    operation,
    accesses,
    denied: ended === 'refused',
    comm,
    name: textAt(event, 'fpath') ?? textAt(event, 'fname'),
    time: timeAt(event, 'timestamp'),
    pid: numberAt(proc, 'pid'),
    workload: workloadOf({
      node: textAt(event, 'k8s', 'node'),
      namespace: textAt(event, 'k8s', 'namespace'),
      pod: textAt(event, 'k8s', 'podName'),
      container: textAt(event, 'k8s', 'containerName') ?? textAt(event, 'runtime', 'containerName'),
      owner: ownerOf(textAt(event, 'k8s', 'owner', 'kind'), textAt(event, 'k8s', 'owner', 'name')),
    }),
  });
}

/** Errors are given as positive numbers. */
function zeroOrNegative(error: number | undefined): number {
  return error === undefined ? 0 : -Math.abs(error);
}

/** Which gadget wrote it is told by the fields that only it has. */
function reading(event: JsonObject): { operation: string; accesses: Access[] } {
  if (textAt(event, 'cap') !== undefined) {
    // Probes that are not audited (audit is 0) are no needs.
    return { operation: 'capable', accesses: event.audit === 0 || event.insetid === true ? [] : capabilityAccess(textAt(event, 'cap')) };
  }
  if (textAt(event, 'fname') !== undefined || textAt(event, 'fpath') !== undefined) {
    const path = [textAt(event, 'fpath'), textAt(event, 'fname')].find(isPath);
    return { operation: 'open', accesses: path === undefined ? [] : openAccess(path, textAt(event, 'flags') ?? 'O_RDONLY') };
  }
  if (textAt(event, 'exepath') !== undefined || textAt(event, 'args') !== undefined) {
    return { operation: 'exec', accesses: execAccesses(event) };
  }
  if (textAt(event, 'oldpath') !== undefined) {
    const [target, path] = [textAt(event, 'oldpath'), textAt(event, 'newpath')];
    return { operation: 'link', accesses: isPath(target) && isPath(path) ? [{ class: 'link', path, target }] : [] };
  }
  return socketReading(event);
}

/** A script's file, and the program that runs. A binary that the container itself wrote is reported by no rule. */
function execAccesses(event: JsonObject): Access[] {
  if (event.upper_layer === true) {
    return [];
  }
  const files = [textAt(event, 'file'), textAt(event, 'exepath')].filter(isPath);
  return [...new Set(files)].map((path) => ({ class: 'exec', path }));
}

function socketReading(event: JsonObject): { operation: string; accesses: Access[] } {
  const bound = objectAt(event, 'addr');
  if (textAt(bound, 'addr') !== undefined) {
    const type = textAt(bound, 'proto')?.toLowerCase() === 'udp' ? 'dgram' : 'stream';
    return { operation: 'bind', accesses: socketAccess(version(bound), type, 'bind') };
  }
  const kind = textAt(event, 'type');
  if ((kind === 'connect' || kind === 'accept') && isObject(event.dst)) {
    return { operation: kind, accesses: socketAccess(version(objectAt(event, 'src')), 'stream', kind) };
  }
  return { operation: 'unknown', accesses: [] };
}

function version(end: JsonObject): string {
  return numberAt(end, 'version') === 6 || textAt(end, 'addr')?.includes(':') ? 'inet6' : 'inet';
}
