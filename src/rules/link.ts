import type { Access } from './access';
import { readPath } from './path-word';
import { ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import type { Cursor } from '../language/cursor';
import { literalPattern, printWord } from '../language/words';

/** `link [subset] PATH -> TARGET,`, also written `l [subset] PATH -> TARGET,`. */
export interface LinkRule extends QualifiedRule {
  readonly type: 'link';
  readonly path: string;
  readonly target: string;
  /** The link may not have permissions that its target lacks. */
  readonly subset: boolean;
}

export const link: Family<LinkRule> = {
  type: 'link',
  keywords: ['link'],
  order: 150,
  parse,
  print: ({ qualifiers, path, target, subset }) => ruleText(qualifiers, 'link', [subset ? 'subset' : undefined, printWord(path), '->', printWord(target)]),
  patterns: ({ path, target }) => [path, target],
  covers: (wide, narrow, patterns) => (!wide.subset || narrow.subset)
    && patterns.includes(wide.path, narrow.path) && patterns.includes(wide.target, narrow.target),
  fromAccess,
};

function parse(cursor: Cursor, qualifiers: Qualifiers): LinkRule {
  const subset = cursor.takeKeyword('subset');
  const path = readPath(cursor, 'the path of the link');
  if (!cursor.takeArrow()) {
    cursor.fail({ code: 'link-syntax', message: `${cursor.found()} stands where "->" is expected`, help: 'write link /new -> /old' });
  }
  const target = cursor.word('the target of the link');
  cursor.endRule('link');
  return { type: 'link', qualifiers, path, target, subset };
}

function fromAccess(access: Access): LinkRule | undefined {
  if (access.class !== 'link') {
    return undefined;
  }
  const qualifiers: Qualifiers = access.owner === true ? { owner: 'owner' } : NO_QUALIFIERS;
  return { type: 'link', qualifiers, path: literalPattern(access.path), target: literalPattern(access.target), subset: false };
}
