import {
  appendItem, changeProfileHead, parseProfileText, printItem, printTree, removeItem, renameProfile, replaceItem,
  type Item, type Profile, type ProfileFile,
} from '../../src/language';

const TEXT = [
  '# head', 'abi <abi/3.0>,', '', 'profile web /bin/web flags=(complain) { # hello', '  # first', '  /a r, # about a', '  # second', '  /b w,', '',
  '  profile kid { /y r, }', '  # end', '} # done', '',
].join('\n');

const read = (text = TEXT) => parseProfileText(text).tree;
const web = (tree: ProfileFile) => tree.body.items.find((item) => item.type === 'profile') as Profile;
const rule = (text: string): Item => web(parseProfileText(`profile x {\n${text}\n}\n`).tree).body.items[0];

/** Lines that an edit takes out and puts in. */
function changed(after: ProfileFile, before = TEXT) {
  const [old, now] = [before.split('\n'), printTree(after).split('\n')];
  return { gone: old.filter((line) => !now.includes(line)), come: now.filter((line) => !old.includes(line)) };
}

test('a rule that is replaced changes its own line, and keeps the comments around it', () => {
  const tree = read();
  expect(changed(replaceItem(tree, web(tree).body.items[0], rule('deny /z rw,')))).toEqual({ gone: ['  /a r, # about a'], come: ['  deny /z rw, # about a'] });
});

test('a rule that is removed takes its line along', () => {
  const tree = read();
  expect(changed(removeItem(tree, web(tree).body.items[1]))).toEqual({ gone: ['  /b w,'], come: [] });
});

test('the comment on the line of a removed rule stays', () => {
  const tree = read();
  expect(changed(removeItem(tree, web(tree).body.items[0]))).toEqual({ gone: ['  /a r, # about a'], come: ['  # about a'] });
});

test('a rule that is added stands behind everything else, indented like it', () => {
  const tree = read();
  const after = appendItem(tree, web(tree), rule('/z r,'));
  expect(changed(after)).toEqual({ gone: [], come: ['  /z r,'] });
  expect(printTree(after)).toContain('  # end\n  /z r,\n} # done');
});

test('what was changed can be changed again', () => {
  let tree = read();
  tree = appendItem(tree, web(tree), rule('/z r,'));
  tree = removeItem(tree, web(tree).body.items[0]);
  tree = appendItem(tree, web(tree), rule('/zz r,'));
  tree = removeItem(tree, web(tree).body.items.at(-2)!);
  expect(changed(tree)).toEqual({ gone: ['  /a r, # about a'], come: ['  # about a', '  /zz r,'] });
  expect(parseProfileText(printTree(tree)).diagnostics).toEqual([]);
});

test('a profile is renamed and nothing else', () => {
  const tree = read();
  expect(changed(renameProfile(tree, web(tree), 'a b')).come).toEqual(['profile "a b" /bin/web flags=(complain) { # hello']);
});

test('a profile that was named by its path gets the keyword with its new name', () => {
  const tree = read('/bin/x {\n}\n');
  expect(printTree(renameProfile(tree, web(tree), 'x'))).toBe('profile x {\n}\n');
});

test('a header that is changed keeps its comments', () => {
  const tree = read('profile web # why\n  flags=(complain) {\n  /a r,\n}\n');
  expect(printTree(changeProfileHead(tree, web(tree), { flags: [] }))).toBe('profile web { # why\n\n  /a r,\n}\n');
});

test('an empty file and an empty profile can be filled', () => {
  const file = appendItem(read(''), undefined, rule('/a r,'));
  expect(printTree(file)).toBe('/a r,\n');
  const tree = read('profile p { }\n');
  expect(printTree(appendItem(tree, web(tree), rule('/a r,')))).toBe('profile p {\n  /a r,\n}\n');
});

test('a node of another tree is refused', () => {
  expect(() => removeItem(read(), rule('/a r,'))).toThrow('this file is not in the tree; edits take nodes of the newest tree');
});

test('a node without layout is printed in house style', () => {
  expect(printItem(web(read()))).toBe([
    'profile web /bin/web flags=(complain) {', '  /a r,', '  /b w,', '  profile kid {', '    /y r,', '  }', '}',
  ].join('\n'));
});
