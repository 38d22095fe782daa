import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { UserError } from './command';

/**
 * Puts a text in the place of a file's: beside the old one, then over it in one step, so that nobody sees half of it. A link stays a
 * link, owner and permissions stay what they were.
 *
 * @param before what the file held when it was read
 * @throws UserError where somebody changed the file since, which is left as it is then
 */
export function replaceFile(fileName: string, before: string, after: string): void {
  if (after === before) {
    return;
  }
  const path = realpathSync(fileName);
  const next = `${path}.${process.pid}.new`;
  // Never over, or through a link to, what is there already.
  const file = openSync(next, 'wx', 0o600);
  try {
    writeWhole(file, after, path);
    if (readFileSync(path, 'utf8') !== before) {
      throw new UserError(`${fileName} was changed by somebody else meanwhile, and is left as it is; run the command again`);
    }
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
}

function writeWhole(file: number, text: string, like: string): void {
  try {
    const { mode, uid, gid } = statSync(like);
    writeFileSync(file, text);
    if (process.getuid?.() === 0) {
      fchownSync(file, uid, gid);
    }
    // eslint-disable-next-line no-bitwise -- without the file's type
    fchmodSync(file, mode & 0o7777);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
