import type { FileRule } from '../rules/file';
import { type AccessRule, printRule } from '../rules/registry';

/** What a profile gives, in the form of the Security Profiles Operator, and what that form cannot say. */
export interface OperatorExport {
  /** An `AppArmorProfile` object of v1. */
  readonly object: object;
  /** A sentence for each rule that is left out or comes out wider or narrower. */
  readonly lost: readonly string[];
}

/** The characters that the operator takes in paths. */
const PATH = /^\/[a-zA-Z0-9_./*?+@{} -]*$/;

interface Lists {
  readonly executables: Set<string>;
  readonly libraries: Set<string>;
  readonly read: Set<string>;
  readonly write: Set<string>;
  readonly both: Set<string>;
  readonly capabilities: Set<string>;
  readonly protocols: Set<string>;
  readonly lost: string[];
}

/** Exports rules as an `AppArmorProfile` object; whatever it cannot say is told. */
export function operatorObject(name: string, mode: 'Enforce' | 'Complain', rules: readonly AccessRule[]): OperatorExport {
  const lists: Lists = {
    executables: new Set(),
    libraries: new Set(),
    read: new Set(),
    write: new Set(),
    both: new Set(),
    capabilities: new Set(),
    protocols: new Set(),
    lost: [],
  };
  for (const rule of rules) {
    place(rule, lists);
  }
  apartOnly(lists);
  const { executables, libraries, read, write, both, capabilities, protocols, lost } = lists;
  const object = {
    apiVersion: 'security-profiles-operator.x-k8s.io/v1',
    kind: 'AppArmorProfile',
    metadata: { name },
    spec: {
      mode,
      abstract: {
        executable: { allowedExecutables: [...executables].sort(), allowedLibraries: [...libraries].sort() },
        filesystem: { readOnlyPaths: [...read].sort(), writeOnlyPaths: [...write].sort(), readWritePaths: [...both].sort() },
        network: { allowRaw: protocols.has('raw'), allowedProtocols: { allowTcp: protocols.has('stream'), allowUdp: protocols.has('dgram') } },
        capability: { allowedCapabilities: [...capabilities].sort() },
      },
    },
  };
  return { object, lost };
}

function place(rule: AccessRule, lists: Lists): void {
  const lose = (why: string) => lists.lost.push(`${printRule(rule)} ${why}`);
  if (rule.qualifiers.access === 'deny') {
    lose('is left out: the operator writes its own deny rules and takes none');
    return;
  }
  switch (rule.type) {
    case 'file':
      placeFile(rule, lists, lose);
      break;
    case 'capability':
      rule.names.forEach((name) => lists.capabilities.add(name));
      if (rule.names.length === 0) {
        lose('is left out: every capability has to be named');
      }
      break;
    case 'network':
      if ((rule.family === 'inet' || rule.family === 'inet6') && ['stream', 'dgram', 'raw'].includes(rule.socketType ?? '')) {
        lists.protocols.add(rule.socketType!);
      } else {
        lose('is left out: only tcp, udp and raw can be said');
      }
      break;
    default:
      lose(`is left out: the form knows no ${rule.type} rules`);
  }
}

function placeFile(rule: FileRule, lists: Lists, lose: (why: string) => void): void {
  const { path, permissions, exec, qualifiers } = rule;
  if (path === undefined || !PATH.test(path)) {
    lose('is left out: the operator takes letters, digits and _./*?+@{} - in paths only');
    return;
  }
  if (qualifiers.owner !== undefined) {
    lose('comes out for everybody: the form knows no owner');
  }
  if (exec !== undefined) {
    lists.executables.add(path);
    if (exec !== 'ix') {
      lose('comes out with ix: the form knows no other way to execute');
    }
  }
  const [reads, writes] = [permissions.includes('r'), /[wa]/.test(permissions)];
  if (exec === undefined && permissions.includes('m') && !writes) {
    lists.libraries.add(path);
  } else if (writes) {
    (reads ? lists.both : lists.write).add(path);
    if (!permissions.includes('l') || !permissions.includes('k')) {
      lose('comes out with w, l and k: the form has one kind of writing');
    }
  } else if (reads && exec === undefined) {
    lists.read.add(path);
  }
  if (/[kl]/.test(permissions) && !writes) {
    lose('comes out without k and l: only what is written can be locked and linked');
  }
}

/** A path that is read-only here and write-only there would be denied both by the operator's own rules. */
function apartOnly({ read, write, both }: Lists): void {
  for (const path of [...read, ...write]) {
    if (both.has(path) || (read.has(path) && write.has(path))) {
      read.delete(path);
      write.delete(path);
      both.add(path);
    }
  }
}
