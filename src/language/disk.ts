import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { type FileReader, LARGEST_FILE } from './include-files';

/** The file system. Sizes are looked at before a file is read, so that a huge one costs nothing. */
export const DISK: FileReader = {
  kind(path) {
    const stat = path.includes('\0') ? undefined : tryStat(path);
    if (stat === undefined) {
      return 'missing';
    }
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
  },
  read(path) {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      // The kernel's own files and pipes have no size before they are read.
      return size > LARGEST_FILE ? tooLarge(path) : size > 0 ? readFileSync(file) : readUpTo(file, LARGEST_FILE + 1);
    } finally {
      closeSync(file);
    }
  },
  list: (path) => readdirSync(path),
};

function tooLarge(path: string): never {
  throw Object.assign(new Error(`${path} is too large`), { code: 'EFBIG' });
}

const PIECE = 64 * 1024;

function readUpTo(file: number, most: number): Buffer {
  const pieces: Buffer[] = [];
  for (let [length, got] = [0, 1]; got > 0 && length < most; length += got) {
    const piece = Buffer.alloc(PIECE);
    got = readSync(file, piece, 0, PIECE, null);
    pieces.push(piece.subarray(0, got));
  }
  return Buffer.concat(pieces);
}

function tryStat(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
