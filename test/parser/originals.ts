import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Original } from './mutation';
import { isSkipped, type ParserGeneration } from '../../src/language';
import { realParser } from '../support/real/parsers';

/** Longest text that is taken: large profiles cost the real parser seconds. */
const LONGEST = 6000;

/** Texts to mutate: the PASS cases of the folder in APPARMOR_CONFORMANCE, and the profiles of Debian's own policy. */
export function originals(generation: ParserGeneration): Original[] {
  return [...conformanceCases(), ...debianProfiles(generation)];
}

/** Policy files that upstream's parser accepts; none where the folder is not there. */
export function conformanceCases(): Original[] {
  const folder = process.env.APPARMOR_CONFORMANCE;
  if (folder === undefined || folder === '') {
    return [];
  }
  const base = join(folder, 'simple_tests');
  return readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sd')).sort()
    .map((name) => ({ name, base, head: readFileSync(join(base, name), 'utf8') }))
    .filter(({ head }) => /^#=EXRESULT +PASS/m.test(head) && !/^#=(?:TODO|DISABLED)/m.test(head) && head.length < LONGEST)
    .map(({ name, base: own, head }) => ({ name, base: own, text: head.replace(/^#=.*\n/gm, '') }));
}

/** The profiles that come with a generation of the real parser in Debian. */
export function debianProfiles(generation: ParserGeneration, longest = LONGEST): Original[] {
  const { base } = realParser(generation);
  return profilesIn(base, base).filter(({ text }) => text.length < longest);
}

/** The profiles of this machine's own packages apparmor, apparmor-profiles and apparmor-profiles-extra; none where they are not installed. */
export function installedProfiles(): Original[] {
  const base = '/etc/apparmor.d';
  return [base, '/usr/share/apparmor/extra-profiles'].filter((folder) => existsSync(folder)).flatMap((folder) => profilesIn(folder, base));
}

function profilesIn(folder: string, base: string): Original[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && !isSkipped(entry.name))
    .map(({ name }) => ({ name: join(folder, name), base, text: readFileSync(join(folder, name), 'utf8') }));
}
