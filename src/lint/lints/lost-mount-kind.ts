import { droppedKind } from '../../rules/mount';
import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const lostMountKind: Lint = {
  id: 'lost-mount-kind',
  level: 'error',
  preset: 'recommended',
  summary: 'An option such as bind or remount stands beside a source or a type that this kind of mount does not take.',
  reason: 'The parser drops the option without a word and keeps the rest: what reads as a bind mount or a remount allows a new mount, and ' +
    'not what was meant.',
  better: 'leave out the source of a remount, the type of a bind mount or a move, and one end of a change of propagation',
  exceptions: 'None: a rule for a new mount is written without the option.',
  wrong: inProfile('mount options=(remount, ro) fstype=tmpfs -> /mnt/,'),
  right: inProfile('mount options=(remount, ro) -> /mnt/,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'mount')) {
      const kind = droppedKind(rule);
      if (kind !== undefined) {
        report(rule, `"${kind}" is dropped, so the rule allows a new mount instead`);
      }
    }
  },
};
