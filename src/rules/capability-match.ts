import type { CapabilityAccess } from './access';
import { CAPABILITIES, type CapabilityRule } from './capability';
import { AccessError, type Ground, type Match, wordsField } from './match';

/** Split off from `sys_admin` by newer kernels; where the kernel's features lack them, they are `sys_admin`. */
const SPLIT_OFF: ReadonlySet<string> = new Set(['bpf', 'perfmon', 'checkpoint_restore']);

export const capabilityMatch: Match<CapabilityRule, CapabilityAccess> = {
  // Capabilities know no priority: any deny wins (apparmor.d(5) has it otherwise, no parser does).
  clauses: ({ names }, ground) => [
    { table: 'capability', fields: [wordsField(names.map((name) => inForce(name, ground)))], permissions: 1, priority: 0 },
  ],
  questions({ capability }, ground) {
    if (!CAPABILITIES.includes(capability)) {
      throw new AccessError(`there is no capability '${capability.slice(0, 40)}'; names are lower case without CAP_, such as net_admin`);
    }
    return [{ table: 'capability', fields: [inForce(capability, ground)], permissions: 1 }];
  },
};

function inForce(name: string, ground: Ground): string {
  return SPLIT_OFF.has(name) && !ground.kernelLists('caps/mask', name) ? 'sys_admin' : name;
}
