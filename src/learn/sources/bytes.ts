/**
 * Bytes of file names as text. Names need not be UTF-8: a byte that is not part of a UTF-8 sequence becomes the lone
 * surrogate U+DC00 + byte, which no valid text holds, so nothing is lost on the way through strings.
 */

const SURROGATE = 0xdc00;
const HEX = /^(?:[0-9A-F]{2})+$/;

/** Text of a string whose characters are bytes (`latin1`). */
export function textOfLatin1(bytes: string): string {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes.charCodeAt(at) >= 0x80) {
      return textOfBytes(Buffer.from(bytes, 'latin1'));
    }
  }
  return bytes;
}

export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) {
    return text;
  }
  let result = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    result += length === 0 ? String.fromCharCode(SURROGATE + bytes[at]!) : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return result;
}

/** Length of the valid UTF-8 sequence at a place, 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length <= 1) {
    return length;
  }
  const piece = bytes.subarray(at, at + length);
  const text = piece.toString('utf8');
  return piece.length === length && !text.includes('\ufffd') ? length : text === '\ufffd' && isReplacement(piece) ? length : 0;
}

function isReplacement(piece: Buffer): boolean {
  return piece.length === 3 && piece[0] === 0xef && piece[1] === 0xbf && piece[2] === 0xbd;
}

/** Whether a text holds bytes that are not UTF-8. */
export function hasStrayBytes(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xdc80 && code <= 0xdcff && !isHighSurrogate(text.charCodeAt(at - 1))) {
      return true;
    }
  }
  return false;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/**
 * An unquoted value of a text field: the kernel prints values with blanks, quotes, control or non-ASCII characters as upper
 * case hexadecimal digits.
 */
export function decodeUnquoted(value: string): string {
  return HEX.test(value) ? textOfBytes(Buffer.from(value, 'hex')) : textOfLatin1(value);
}
