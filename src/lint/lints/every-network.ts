import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const everyNetwork: Lint = {
  id: 'every-network',
  level: 'note',
  preset: 'recommended',
  summary: 'Sockets of every family are allowed.',
  reason: 'The bare rule `network,` gives more than TCP and UDP: packet and raw sockets, netlink, and rarely used families whose code in the ' +
    'kernel was the way into it more than once.',
  better: 'name what is used, such as "network inet stream," and "network inet6 stream,"',
  exceptions: 'A profile that follows the runtime\'s default and leaves the network to NetworkPolicy.',
  wrong: inProfile('network,'),
  right: inProfile('network inet stream,', 'network inet6 stream,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'network')) {
      const { family, socketType, protocol, access, local, peer } = rule;
      if (family === undefined && socketType === undefined && protocol === undefined && access.length === 0 && peer === undefined
        && Object.values(local).every((value) => value === undefined)) {
        report(rule, 'the rule gives sockets of every family');
      }
    }
  },
};
