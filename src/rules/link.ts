import type { QualifiedRule } from './rule';

/** `link [subset] PATH -> TARGET,`, also written `l [subset] PATH -> TARGET,`. */
export interface LinkRule extends QualifiedRule {
  readonly type: 'link';
  readonly path: string;
  readonly target: string;
  /** The link may not have permissions that its target lacks. */
  readonly subset: boolean;
}
