import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const ptraceAnyPeer: Lint = {
  id: 'ptrace-any-peer',
  level: 'warning',
  preset: 'recommended',
  summary: 'A ptrace rule names no peer.',
  reason: 'The program may then read and change every process that it can see, whatever profile that one is in; with a shared process ' +
    'namespace, or on the node\'s own, these are the processes of others.',
  better: 'add peer=@{profile_name} for processes of the same profile, or the label that is meant',
  exceptions: 'Debuggers and profilers that look at other containers.',
  wrong: inProfile('ptrace (read, trace),'),
  right: inProfile('ptrace (read, trace) peer=@{profile_name},'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'ptrace')) {
      const active = rule.access.length === 0 || rule.access.some((access) => access === 'trace' || access === 'read');
      if (active && (rule.peer === undefined || /^\*+$/.test(rule.peer))) {
        report(rule, 'the rule lets it look into processes of any profile');
      }
    }
  },
};
