import { inProfile, type Lint } from '../lint';
import { granting } from '../subject';

/** What each capability gives beyond its name. */
const DANGERS: Readonly<Record<string, string>> = {
  sys_admin: 'mounting, namespaces and most of what root can do',
  sys_module: 'loading code into the kernel',
  sys_ptrace: 'reading and changing the memory of other processes',
  sys_rawio: 'access to memory and devices past the kernel',
  sys_boot: 'restarting the node or its kernel',
  sys_time: 'the clock of the node',
  dac_override: 'access to files against their permissions',
  dac_read_search: 'reading files against their permissions, and by handle outside of the container',
  mac_admin: 'loading and removing AppArmor profiles',
  mac_override: 'acting against the profile',
  bpf: 'programs in the kernel',
  perfmon: 'looking into other processes and the kernel',
  checkpoint_restore: 'taking over the ids of other processes',
  net_admin: 'interfaces, routes and firewall rules',
  syslog: 'reading the kernel\'s log and addresses',
  setfcap: 'giving capabilities to files',
  linux_immutable: 'changing files that are marked immutable',
};

export const dangerousCapability: Lint = {
  id: 'dangerous-capability',
  level: 'warning',
  preset: 'recommended',
  summary: 'A capability is given that leads out of the confinement.',
  reason: 'Some capabilities are as good as being root on the node, or undo what the other rules of the profile protect. The container has ' +
    'them only if its securityContext gives them too, and then nothing else stops it.',
  better: 'leave it out, and look for the narrower way to do it',
  exceptions: 'Node agents that need this one capability: say for what.',
  wrong: inProfile('capability sys_admin,'),
  right: inProfile('capability net_bind_service,'),
  check: (subject, report) => {
    for (const { rule } of granting(subject, 'capability')) {
      for (const name of rule.names) {
        if (name in DANGERS) {
          report(rule, `capability ${name} gives ${DANGERS[name]}`);
        }
      }
    }
  },
};
