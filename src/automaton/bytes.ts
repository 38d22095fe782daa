/**
 * The bytes of a text as the kernel sees them: UTF-8. A lone surrogate U+DC80 … U+DCFF stands for the single byte
 * 0x80 … 0xFF, so that names that are no UTF-8 can be written, too (the convention of PEP 383).
 */
export function bytesOf(text: string): Uint8Array {
  if (!/[\uDC80-\uDCFF]/u.test(text)) {
    return Buffer.from(text, 'utf8');
  }
  const pieces: Uint8Array[] = [];
  for (const piece of text.split(/([\uDC80-\uDCFF])/u)) {
    const code = piece.charCodeAt(0);
    pieces.push(piece.length === 1 && code >= 0xDC80 && code <= 0xDCFF ? Buffer.from([code - 0xDC00]) : Buffer.from(piece, 'utf8'));
  }
  return Buffer.concat(pieces);
}
