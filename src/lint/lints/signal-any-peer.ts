import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const signalAnyPeer: Lint = {
  id: 'signal-any-peer',
  level: 'warning',
  preset: 'recommended',
  summary: 'A signal rule lets the program send to any peer.',
  reason: 'The program may then stop every process that it can see, those of other containers and of the node too where namespaces are shared.',
  better: 'add peer=@{profile_name} for processes of the same profile, or the label that is meant',
  exceptions: 'Process supervisors whose children have other profiles that cannot be named.',
  wrong: inProfile('signal send,'),
  right: inProfile('signal send peer=@{profile_name},'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'signal')) {
      const sends = rule.access.length === 0 || rule.access.includes('send');
      if (sends && (rule.peer === undefined || /^\*+$/.test(rule.peer))) {
        report(rule, 'the rule lets it signal processes of any profile');
      }
    }
  },
};
