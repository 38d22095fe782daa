/** Lines of a log for the benchmarks, in auditd's form. */
const ENDINGS = ['py', 'so', 'json', 'txt'];
const LINES_A_PIECE = 5000;

/** `count` lines over so many paths of one complain profile, in pieces. */
export function* logPieces(count: number, paths: number): Generator<Buffer> {
  for (let from = 0; from < count; from += LINES_A_PIECE) {
    yield Buffer.from(Array.from({ length: Math.min(LINES_A_PIECE, count - from) }, (_, at) => line(from + at, (from + at) % paths)).join(''));
  }
}

function line(at: number, file: number): string {
  const name = `/workdir/m${pad(file % 200, 3)}/d${pad(Math.floor(file / 200) % 50, 2)}/f${pad(file, 5)}.${ENDINGS[file % 4]}`;
  const mask = at % 3 === 0 ? 'wc' : 'r';
  return `type=AVC msg=audit(${1700000000 + Math.floor(at / 100)}.${pad(at % 1000, 3)}:${at + 1}): apparmor="ALLOWED" operation="open" profile="bench" `
    + `name="${name}" pid=${1000 + at % 500} comm="app" requested_mask="${mask}" denied_mask="${mask}" fsuid=1000 ouid=0\n`;
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
