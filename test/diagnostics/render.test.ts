import { type Diagnostic, diagnosticLine, renderDiagnostic, SourceText } from '../../src/diagnostics';

const source = new SourceText('web.profile', 'profile web {\n  /etc/nginx/** rq,\n}\n');
const fault: Diagnostic = {
  code: 'unknown-permission',
  severity: 'error',
  message: '"rq" is no file permission',
  help: 'use some of r w a l k m',
  source,
  range: { start: 30, end: 32 },
};

test('a diagnostic reads FILE:LINE:COL: error CODE message', () => {
  expect(diagnosticLine(fault)).toBe('web.profile:2:17: error unknown-permission "rq" is no file permission; use some of r w a l k m');
});

test('the excerpt has carets below the fault', () => {
  expect(renderDiagnostic(fault).split('\n').slice(1)).toEqual(['  2 |   /etc/nginx/** rq,', '    |                 ^^']);
});

test('a long line is cut around the fault', () => {
  const long = new SourceText('x', `${'a'.repeat(500)}!${'b'.repeat(500)}`);
  const [, line, carets] = renderDiagnostic({ ...fault, source: long, range: { start: 500, end: 501 } }).split('\n');
  expect(line.length).toBeLessThan(120);
  expect(line[carets.indexOf('^')]).toBe('!');
});

test('tabs before the fault stay tabs, so that the carets are below it', () => {
  const tabbed = new SourceText('x', '\t\tab');
  expect(renderDiagnostic({ ...fault, source: tabbed, range: { start: 3, end: 4 } }).split('\n')[2]).toBe('    | \t\t ^');
});

test('the includes that lead to a fault are named', () => {
  const outer = new SourceText('outer', 'include <x>\n');
  const text = renderDiagnostic({ ...fault, includedFrom: [{ source: outer, range: { start: 0, end: 11 } }] });
  expect(text.split('\n')[3]).toBe('  included from outer:1:1');
});

test('control characters of a text do not reach the terminal', () => {
  const hostile = new SourceText('x', 'a\u001b[31mb\n');
  const text = renderDiagnostic({ ...fault, message: 'bad \u001b[2J\nnext', source: hostile, range: { start: 0, end: 1 } });
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text.split('\n')).toHaveLength(3);
});

test('blanks that are none to a parser are told from those that are', () => {
  expect(diagnosticLine({ ...fault, message: '"a\u00a0b" and "\ufeffabi"' })).toContain('"a\\u00a0b" and "\\ufeffabi"');
});
