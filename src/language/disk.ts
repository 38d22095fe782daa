import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { FileReader } from './include-files';

/** The file system. Sizes are looked at before a file is read, so that a huge one costs nothing. */
export const DISK: FileReader = {
  kind(path) {
    const stat = path.includes('\0') ? undefined : tryStat(path);
    if (stat === undefined) {
      return 'missing';
    }
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
  },
  read: (path) => readFileSync(path),
  list: (path) => readdirSync(path),
};

function tryStat(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
