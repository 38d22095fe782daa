import type { Access } from './access';
import { ruleText } from './printing';
import { type Family, NO_QUALIFIERS, type Qualifiers, type QualifiedRule } from './rule';
import { endTail } from '../language/conditions';
import type { Cursor } from '../language/cursor';

/** `userns [create],` */
export interface UsernsRule extends QualifiedRule {
  readonly type: 'userns';
  /** Whether `create`, the only access there is, is written. */
  readonly create: boolean;
}

export const userns: Family<UsernsRule> = {
  type: 'userns',
  keywords: ['userns'],
  order: 40,
  parse,
  print: ({ qualifiers, create }) => ruleText(qualifiers, 'userns', [create ? 'create' : undefined]),
  patterns: () => [],
  unenforced: (_rule, has) => (has('namespaces/mask') || has('namespaces/userns_create') ? undefined : 'the features in force do not mediate userns'),
  covers: () => true,
  fromAccess: (access: Access) => (access.class === 'userns' ? { type: 'userns', qualifiers: NO_QUALIFIERS, create: true } : undefined),
};

function parse(cursor: Cursor, qualifiers: Qualifiers): UsernsRule {
  cursor.since('4.1', 'userns rules', 'userns');
  cursor.skipSpace();
  const word = cursor.peekIdentifier();
  if (word !== '' && word !== 'create') {
    cursor.fail({ code: 'unknown-access', message: `"${word}" is no access of userns rules`, help: 'write userns or userns create' });
  }
  cursor.pos += word.length;
  endTail(cursor, 'userns');
  return { type: 'userns', qualifiers, create: word === 'create' };
}
