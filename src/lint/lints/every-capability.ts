import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const everyCapability: Lint = {
  id: 'every-capability',
  level: 'warning',
  preset: 'recommended',
  summary: 'All capabilities are given at once.',
  reason: 'The bare rule `capability,` gives all of them, those of later kernels too. The profile does then not hold a container that was ' +
    'started with too many.',
  better: 'name the capabilities that the program uses',
  exceptions: 'A profile that follows the runtime\'s default and leaves capabilities to the securityContext.',
  wrong: inProfile('capability,'),
  right: inProfile('capability chown,', 'capability net_bind_service,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'capability')) {
      if (rule.names.length === 0) {
        report(rule, 'the rule gives every capability');
      }
    }
  },
};
