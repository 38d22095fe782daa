import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

export const rawSocket: Lint = {
  id: 'raw-socket',
  level: 'warning',
  preset: 'recommended',
  summary: 'The program may read and forge packets of others.',
  reason: 'Raw and packet sockets read everything on the pod\'s interface and send packets with any sender. The container needs `net_raw` for ' +
    'them, which many runtimes give by default.',
  better: 'name the families and types that are used, such as "network inet stream,"',
  exceptions: 'Network tools: ping, packet capture, load balancers.',
  wrong: inProfile('network inet raw,'),
  right: inProfile('network inet stream,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'network')) {
      if (rule.family === 'packet' || rule.socketType === 'raw' || rule.socketType === 'packet') {
        report(rule, 'the rule gives raw sockets');
      }
    }
  },
};
