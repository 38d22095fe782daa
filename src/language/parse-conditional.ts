import { CHAR } from './characters';
import type { Cursor } from './cursor';
import { expressionWordEnd, parseCondition } from './parse-condition';
import type { Body, Branch, Conditional } from './tree';

/** Reads `if … { … } else if … { … } else { … }`. */
export function parseConditional(cursor: Cursor, parseBody: (cursor: Cursor, what: string) => Body): Conditional {
  const branches: Branch[] = [];
  for (;;) {
    cursor.pos += 'if'.length;
    const condition = parseCondition(cursor);
    cursor.skipSpace();
    if (cursor.code() === CHAR.HASH && cursor.atLeast('5.0')) {
      cursor.report({ code: 'condition-syntax', message: 'a condition takes no comment before its brace', help: 'write it behind the brace' });
    }
    if (cursor.code() === CHAR.OPEN_BRACE && cursor.atLeast('5.0') && expressionWordEnd(cursor.text, cursor.pos) > cursor.pos + 1) {
      const help = 'behind a condition the brace stands alone: put a blank or a line end behind it';
      cursor.report({ code: 'condition-syntax', message: `${cursor.found()} does not open the block of an if`, help });
    }
    branches.push({ condition, body: parseBody(cursor, 'the if') });
    const end = cursor.pos;
    if (!cursor.takeKeyword('else')) {
      cursor.pos = end;
      return { type: 'if', branches };
    }
    cursor.skip();
    if (cursor.peekIdentifier() !== 'if') {
      branches.push({ body: parseBody(cursor, 'the else') });
      return { type: 'if', branches };
    }
  }
}
