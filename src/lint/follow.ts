import { dirname, join, relative, sep } from 'node:path';
import { includeFiles, type Include, type Item, type ProfileFile, type ResolveOptions } from '../language';

/** The trees that an include brings, where its files are the user's own; undefined where they are not there or not their own. */
export type Follow = (include: Include) => readonly ProfileFile[] | undefined;

/** Folders of a base that administrators fill: the rest of it comes with AppArmor and its packages, and is not theirs to mend. */
const OWN_IN_BASE = /^(?:local|[^/]+\.d)(?:\/|$)/;

/**
 * Follows includes to files of the user: those named by their own path, and those found in the include folders or beside the
 * profile. Of a folder that holds AppArmor's own abstractions only `local/` and `….d/` are the user's.
 *
 * @param file the profile; absent for standard input
 */
export function ownIncludes(file: string | undefined, includeDirs: readonly string[], files?: ResolveOptions['files']): Follow {
  const folders = [...includeDirs, ...(file === undefined ? [] : [dirname(file)])];
  const read = includeFiles({ base: folders.at(-1) ?? '', includeDirs: folders.slice(0, -1), ...(files === undefined ? {} : { files }) });
  const isBase = (folder: string) => read.files.kind(join(folder, 'abstractions', 'base')) === 'file' && read.files.kind(join(folder, 'tunables')) === 'directory';
  const bases = folders.filter(isBase);
  const isOwn = (path: string) => bases.every((base) => {
    const below = relative(base, path).split(sep).join('/');
    return below.startsWith('../') || OWN_IN_BASE.test(below);
  });
  return (include) => {
    const paths = read.filesOf(include);
    if (paths === 'missing' || !paths.every(isOwn)) {
      return undefined;
    }
    return paths.flatMap((path) => {
      const result = read.parse(path);
      return 'tree' in result ? [result.tree] : [];
    });
  };
}

/** Items with those of the files that their includes bring, each file once. */
export function * withIncluded(items: readonly Item[], follow: Follow, seen = new Set<ProfileFile>()): Generator<Item> {
  for (const item of items) {
    const trees = item.type === 'include' ? follow(item) : undefined;
    if (trees === undefined) {
      yield item;
    }
    for (const tree of trees ?? []) {
      if (!seen.has(tree)) {
        seen.add(tree);
        yield * withIncluded(tree.body.items, follow, seen);
      }
    }
  }
}
