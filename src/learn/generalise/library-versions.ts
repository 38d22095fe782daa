import { isLibraryPath } from './boundaries';
import { leafOf, parentOf } from './entry';
import { rewriting } from './step';

/** `libssl.so.3`, `libz.so.1.2.13`. */
const SONAME = /^((?:lib|ld-)[A-Za-z0-9_+.-]*?\.so)(?:\.\d+)+$/;
/** `libbpf-1.2.so`. */
const IN_NAME = /^((?:lib|ld-)[A-Za-z0-9_+-]*?-)\d+(?:\.\d+)+(\.so)$/;

/** Shared libraries, for reading and mapping only: the next image has another release of them. */
export const libraryVersions = rewriting({
  name: 'library-versions',
  summary: 'Versions in the names of shared libraries, where libraries are: the next image has others.',
  from: 'loose',
}, (pattern) => {
  if (!isLibraryPath(pattern)) {
    return undefined;
  }
  const name = leafOf(pattern);
  const parent = parentOf(pattern);
  const soname = SONAME.exec(name);
  if (soname !== null) {
    return `${parent}${soname[1]}*`;
  }
  const inName = IN_NAME.exec(name);
  return inName === null ? undefined : `${parent}${inName[1]}*${inName[2]}`;
}, () => 'mr');
