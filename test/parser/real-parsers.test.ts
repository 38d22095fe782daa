import { GENERATIONS, realParser } from '../support/real/parsers';

const TEXT = 'abi <abi/3.0>,\ninclude <tunables/global>\nprofile real {\n  include <abstractions/base>\n  /etc/passwd r,\n}\n';

describe.each(GENERATIONS)('the real parser %s', (generation) => {
  const parser = realParser(generation);

  test('compiles a profile for the features of ABI 3.0', () => {
    const run = parser.run(['-QKS', '-M', parser.abi('3.0'), '--base', parser.base], TEXT);
    expect({ ...run, stdout: run.stdout.length > 1000 }).toEqual({ code: 0, timedOut: false, stdout: true, stderr: '' });
  });

  test('refuses a wrong profile and tells the line', async () => {
    const run = await parser.runAsync(['-QK', '-M', parser.abi('3.0'), '--base', parser.base], 'profile real {\n  /etc/passwd q,\n}\n');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/line 2|at line 2/);
  });

  test('says which features files there are when one is missing', () => {
    expect(() => parser.abi('2.0')).toThrow(/no features file '2.0' in .*; there are .*3\.0/);
  });
});
