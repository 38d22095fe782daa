import { ProfileMode } from './kinds';

/** Flags that are modes of a profile; the last three confine nothing in a container. */
export const CONTAINER_MODES: ReadonlySet<string> = new Set([
  'enforce', 'complain', 'kill', 'unconfined', 'prompt', 'default_allow',
]);

/** The mode that a list of flags sets; undefined for those that a container cannot run in. */
export function modeOf(flags: readonly string[]): ProfileMode | undefined {
  const flag = flags.find((one) => CONTAINER_MODES.has(one)) ?? ProfileMode.ENFORCE;
  return Object.values(ProfileMode).find((mode) => mode === flag);
}
