import { expect, test } from '@jest/globals';
import { AppArmorProfile, Rule } from '../../src';
import { type ConfinementMatchers, matchers } from '../../src/jest';

declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- as the docstring of the matchers tells users to write it
  interface Matchers<R> extends ConfinementMatchers<R> {}
}

expect.extend(matchers);

test('the matchers are typed and work for an imported expect, too', () => {
  const web = new AppArmorProfile({ name: 'web', rules: [Rule.read('/etc/nginx/**')] });
  expect(web).toAllow({ class: 'file', path: '/etc/nginx/nginx.conf', mask: 'r' });
  expect(web).toDeny({ class: 'file', path: '/etc/shadow', mask: 'r' });
  expect(() => expect(web).toAllow({ class: 'file', path: '/etc/shadow', mask: 'r' })).toThrow('/etc/shadow');
});
