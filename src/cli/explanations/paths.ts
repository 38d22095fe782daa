/** A path pattern in words, as the object of a sentence: `every file below /etc/nginx`. */
export function pathWords(pattern: string | undefined): string {
  if (pattern === undefined) {
    return 'every file';
  }
  const [, folder, rest] = /^((?:\/[^/*?[{\\@]*)*?)\/(\*\*|\*|\{,\*\*\}|)$/.exec(pattern) ?? [];
  if (folder === undefined) {
    return /[*?[{\\@]/.test(pattern) ? `what matches ${pattern}` : pattern;
  }
  const place = folder === '' ? '/' : folder;
  switch (rest) {
    case '**': return place === '/' ? 'every file there is' : `everything below ${place}`;
    case '*': return `everything directly in ${place}`;
    case '': return `the folder ${place} itself (its list of names)`;
    default: return `the folder ${place} and everything below it`;
  }
}

/** A pattern over labels in words. */
export function peerWords(peer: string | undefined): string {
  if (peer === undefined || /^\*+$/.test(peer)) {
    return 'processes in any profile';
  }
  if (peer === 'unconfined') {
    return 'processes without a profile';
  }
  return peer.startsWith('@{profile_name}') ? 'processes in the same profile' : `processes in the profile ${peer}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}
