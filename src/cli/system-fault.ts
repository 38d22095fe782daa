/** What the operating system refused, by the call. */
const CALLS: Readonly<Record<string, string>> = {
  open: 'open', read: 'read', scandir: 'read', stat: 'look at', lstat: 'look at', mkdir: 'make the folder', rename: 'replace', write: 'write', unlink: 'remove',
};

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder; name a file',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/** An error of the operating system about a file as one sentence; undefined for every other error. */
export function systemFault(error: unknown): string | undefined {
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string') {
    return undefined;
  }
  return `cannot ${CALLS[syscall] ?? syscall} ${path ?? 'a file'}: ${REASONS[code] ?? code}`;
}
