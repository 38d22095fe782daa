import { CHAR, isSpace } from './characters';
import type { Cursor } from './cursor';
import { parseCondition } from './parse-condition';
import type { Body, Branch, Conditional } from './tree';

/** Reads `if … { … } else if … { … } else { … }`. */
export function parseConditional(cursor: Cursor, parseBody: (cursor: Cursor, what: string) => Body): Conditional {
  const branches: Branch[] = [];
  for (;;) {
    cursor.pos += 'if'.length;
    const condition = parseCondition(cursor);
    cursor.skipSpace();
    if (cursor.code() === CHAR.OPEN_BRACE && !isSpace(cursor.code(1))) {
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
