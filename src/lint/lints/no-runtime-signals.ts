import { inProfile, type Lint } from '../lint';
import { PATTERNS } from '../patterns';
import type { ProfileSubject, Subject } from '../subject';

export const noRuntimeSignals: Lint = {
  id: 'no-runtime-signals',
  level: 'warning',
  preset: 'recommended',
  summary: 'The container runtime may not stop the container.',
  reason: 'A confined process receives signals only from peers that its profile names. Without a rule for `unconfined` the runtime can ' +
    'neither end nor kill the container: the pod hangs in Terminating.',
  better: 'add "signal receive peer=unconfined,", and runc and crun for nodes that confine them',
  exceptions: 'Profiles that are never the profile of a container itself.',
  wrong: inProfile('/etc/nginx/** r,'),
  right: inProfile('signal receive peer=unconfined,', '/etc/nginx/** r,'),
  check: (subject, report) => {
    for (const profile of subject.profiles) {
      if (profile.topLevel && !profile.includes && !isReached(subject, profile)) {
        report(profile.node, `the profile "${profile.fullName}" takes no signals from the container runtime`);
      }
    }
  },
};

function isReached(subject: Subject, { rules }: ProfileSubject): boolean {
  return rules.some((rule) => rule.qualifiers.access !== 'deny' && (rule.type === 'all' || (rule.type === 'signal'
    && (rule.access.length === 0 || rule.access.includes('receive'))
    && (rule.signals.length === 0 || (rule.signals.includes('term') && rule.signals.includes('kill')))
    && (rule.peer === undefined || PATTERNS.includes(subject.expand(rule.peer), 'unconfined')))));
}
