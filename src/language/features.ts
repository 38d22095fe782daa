/**
 * A features file, as in `/etc/apparmor.d/abi` and as the kernel shows below `/sys/kernel/security/apparmor/features`:
 * `name {value}` with nested groups. A feature is asked for by its path, `network_v8/af_inet`.
 */
export interface Features {
  /** Whether a file or folder of this path is there. */
  has(path: string): boolean;
  /** The text of a file; undefined for folders and what is not there. */
  value(path: string): string | undefined;
}

const TOKEN = /[{}]|[^{}\s]+/g;

/** Reads a features file; what is no group is ignored. */
export function parseFeatures(text: string): Features {
  const values = new Map<string, string>();
  const path: string[] = [];
  let words: string[] = [];
  const flush = () => {
    if (path.length > 0 && words.length > 0) {
      values.set(path.join('/'), words.join(' '));
    }
    words = [];
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') {
      const name = words.pop() ?? '';
      flush();
      path.push(name);
      values.set(path.join('/'), '');
    } else if (token === '}') {
      flush();
      path.pop();
    } else {
      words.push(token);
    }
  }
  return { has: (name) => values.has(name), value: (name) => values.get(name) };
}
