import type { QualifiedRule } from './rule';

/** How a program is executed. `x` is the bare word of deny rules. */
export type ExecMode = 'ix' | 'ux' | 'px' | 'cx' | 'pix' | 'cix' | 'pux' | 'cux' | 'x';

/** `[file] [safe|unsafe] PATH PERMISSIONS [-> TARGET],` and its other spellings. */
export interface FileRule extends QualifiedRule {
  readonly type: 'file';
  /** Path pattern; absent in the bare rule `file,`, which gives everything and ix. */
  readonly path?: string;
  /** Some of `r w a l k m`, in this order, each once; with the bare rule all of `rwlkm`. */
  readonly permissions: string;
  readonly exec?: ExecMode;
  /** Whether the environment is scrubbed (a capital mode such as `Px`, or `safe`). */
  readonly scrub?: boolean;
  /** Named transition. */
  readonly target?: string;
}
