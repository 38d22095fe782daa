/** A Pod Security Standard (`pod-security.kubernetes.io`, Kubernetes 1.25): `baseline` forbids AppArmor type Unconfined, and more. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

const MODES = ['audit', 'enforce', 'warn'] as const;

/**
 * The labels that hold a namespace to a level in every mode.
 *
 * @param version of the standard, such as `v1.30`
 */
export function podSecurityLabels(level: PodSecurityLevel, version: string = 'latest'): Record<string, string> {
  return Object.fromEntries(MODES.flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, level],
    [`pod-security.kubernetes.io/${mode}-version`, version],
  ]));
}
