import { printRule } from '../../rules/registry';
import type { AccessRule } from '../../rules/registry';
import { inProfile, type Lint } from '../lint';

/** Since which mainline kernel a family is mediated at all; those that are not named here always were. */
const SINCE_KERNEL: Readonly<Partial<Record<AccessRule['type'], string>>> = {
  network: '4.17',
  userns: '6.7',
  io_uring: '6.7',
  unix: '6.17',
};

/** The first shipped ABI that has a family. */
const SINCE_ABI: Readonly<Partial<Record<AccessRule['type'], string>>> = { userns: '4.0', mqueue: '4.0', io_uring: '5.0' };

/** No mainline kernel; distributions patch it in. */
const NEVER: ReadonlySet<string> = new Set(['mqueue']);

export const unenforcedRule: Lint = {
  id: 'unenforced-rule',
  level: 'warning',
  preset: 'recommended',
  summary: 'The abi of the profile, or the stated kernel, does not mediate what the rule is about.',
  reason: 'A family is enforced only if both the pinned abi and the kernel have it. Otherwise its rules are dropped without a word and every ' +
    'such access is free: the rule promises a confinement that is not there.',
  better: 'pin an abi that has it and run kernels that have it, or do not count on this rule',
  exceptions: 'Profiles that are written ahead for newer nodes.',
  wrong: inProfile('deny userns create,'),
  right: 'abi <abi/4.0>,\n\nprofile web {\n  deny userns create,\n}\n',
  check: (subject, report) => {
    const abi = subject.tree.body.items.flatMap((item) => (item.type === 'abi' ? [item.path] : []))[0];
    for (const { rules } of subject.profiles) {
      for (const rule of rules) {
        const reason = whyFree(rule, abi, subject.kernel);
        if (reason !== undefined) {
          report(rule, `"${printRule(rule)}" confines nothing: ${reason}`);
        }
      }
    }
  },
};

function whyFree(rule: AccessRule, abi: string | undefined, kernel: string | undefined): string | undefined {
  const [sinceAbi, sinceKernel] = [SINCE_ABI[rule.type], SINCE_KERNEL[rule.type]];
  const pinned = /^abi\/(\d+\.\d+)/.exec(abi ?? '')?.[1];
  if (sinceAbi !== undefined && pinned !== undefined && isBefore(pinned, sinceAbi)) {
    return `${abi} has no ${rule.type} mediation, which came with abi/${sinceAbi}`;
  }
  if (abi === 'abi/kernel-5.4-vanilla' && ['network', 'unix', 'dbus'].includes(rule.type)) {
    return `${abi} has no ${rule.type} mediation`;
  }
  if (kernel !== undefined && NEVER.has(rule.type)) {
    return `no mainline kernel has ${rule.type} mediation`;
  }
  return kernel !== undefined && sinceKernel !== undefined && isBefore(kernel, sinceKernel)
    ? `kernel ${kernel} has no ${rule.type} mediation, which came with ${sinceKernel}`
    : undefined;
}

function isBefore(one: string, other: string): boolean {
  const [[major, minor = 0], [otherMajor, otherMinor = 0]] = [one, other].map((version) => version.split('.').map(Number));
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
