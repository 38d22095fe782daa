/*
 * Matchers for jest: `import 'k8s-apparmor/jest'` in a test, or name it in `setupFilesAfterEnv`.
 *
 *   expect(profile).toAllow({ class: 'file', path: '/etc/nginx/nginx.conf', mask: 'r' });
 *   expect(profile).toDeny({ class: 'capability', capability: 'sys_admin' });
 *   expect(chart).toBeConfined();
 */
import { toBeConfined, type ConfinedOptions } from './confinement';
import { toAllow, toDeny } from './decisions';
import type { DecisionOptions } from '../profile';

export type { ConfinedOptions } from './confinement';
export type { MatcherResult } from './decisions';

/** The matchers themselves, for `expect.extend` where `expect` is imported. */
export const matchers = { toAllow, toDeny, toBeConfined };

/**
 * The matchers' types. They are there by themselves for the global `expect` of `@types/jest`; for the one of `@jest/globals` write
 * once `declare module 'expect' { interface Matchers<R> extends ConfinementMatchers<R> {} }`, and for vitest's
 * `declare module 'vitest' { interface Assertion<T> extends ConfinementMatchers<T> {} }` with `expect.extend(matchers)`.
 */
export interface ConfinementMatchers<R> {
  /** The profile lets an access pass: by a rule, or because nothing mediates it. */
  toAllow(access: Record<string, any>, options?: DecisionOptions): R;
  /** The profile refuses an access. */
  toDeny(access: Record<string, any>, options?: DecisionOptions): R;
  /** Every container of every workload of a chart, an app or a list of objects has a profile that takes hold of it. */
  toBeConfined(options?: ConfinedOptions): R;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which matchers tell their types
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- both parameters are part of the merged declaration
    interface Matchers<R, T = {}> extends ConfinementMatchers<R> {}
  }
}

const { expect: found } = globalThis as { expect?: { extend?: (added: object) => void } };
found?.extend?.(matchers);
