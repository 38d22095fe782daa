import { rewriting } from './step';

/** Trees of public data that programs read as a whole, and what is said of them. `r` only. */
const TREES: ReadonlyArray<readonly [prefix: RegExp, pattern: string]> = [
  [/^\/usr\/share\/zoneinfo\/./, '/usr/share/zoneinfo/**'],
  [/^\/usr\/share\/locale\/./, '/usr/share/locale/**'],
  [/^\/usr\/lib\/locale\/./, '/usr/lib/locale/**'],
  [/^\/usr\/share\/i18n\/./, '/usr/share/i18n/**'],
  [/^\/usr\/share\/fonts\/./, '/usr/share/fonts/**'],
  [/^\/usr\/share\/icons\/./, '/usr/share/icons/**'],
  [/^\/usr\/share\/mime\/./, '/usr/share/mime/**'],
  [/^\/usr\/share\/terminfo\/./, '/usr/share/terminfo/**'],
  [/^\/lib\/terminfo\/./, '/lib/terminfo/**'],
  [/^\/usr\/lib\/terminfo\/./, '/usr/lib/terminfo/**'],
  [/^\/etc\/ssl\/certs\/./, '/etc/ssl/certs/*'],
  [/^\/usr\/share\/ca-certificates\/./, '/usr/share/ca-certificates/**'],
  [/^\/usr\/lib\/python3(?:\.\d+)?\/./, '/usr/lib/python3*/**'],
  [/^\/usr\/local\/lib\/python3(?:\.\d+)?\/./, '/usr/local/lib/python3*/**'],
  [/^\/usr\/share\/perl(?:5|\/\d[\d.]*)\/./, '/usr/share/perl*/**'],
  [/^\/usr\/lib\/[a-z0-9_]+-linux-gnu[a-z0-9]*\/perl(?:-base|5?)?\/./, '/usr/lib/*-linux-gnu*/perl*/**'],
  [/^\/usr\/lib\/[a-z0-9_]+-linux-gnu[a-z0-9]*\/gconv\/./, '/usr/lib/*-linux-gnu*/gconv/**'],
];

const PLACES = /^\/(?:usr|lib|etc\/ssl)\//;

export const wellKnownTrees = rewriting({
  name: 'well-known-trees',
  summary: 'Public data that programs read as a whole: time zones, locales, fonts, certificates, modules of interpreters.',
  from: 'balanced',
}, (pattern) => (PLACES.test(pattern) ? TREES.find(([prefix]) => prefix.test(pattern))?.[1] : undefined), () => 'r');
