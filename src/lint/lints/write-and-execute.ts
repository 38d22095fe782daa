import type { FileRule } from '../../rules/file';
import { inProfile, type Lint } from '../lint';
import { isEverything, PATTERNS } from '../patterns';
import { granting, pathOf, type ProfileSubject, type Subject } from '../subject';

export const writeAndExecute: Lint = {
  id: 'write-and-execute',
  level: 'warning',
  preset: 'recommended',
  summary: 'The same file may be written and executed, or mapped as code.',
  reason: 'A program that can write a file and execute it can run any code that it is sent: the limits on what it may execute are gone.',
  better: 'let the folders that it writes to and those that it executes from have no file in common',
  exceptions: 'Interpreters that compile to disk (some Java, .NET and JIT caches): one folder of their own.',
  wrong: inProfile('/tmp/** rw,', '/tmp/plugins/* ix,'),
  right: inProfile('/tmp/** rw,', '/usr/lib/web/plugins/* ix,'),
  check: (subject, report) => {
    for (const profile of subject.profiles) {
      const written = fileRules(subject, profile, (rule) => /[wa]/.test(rule.permissions));
      for (const one of fileRules(subject, profile, (rule) => rule.exec !== undefined || rule.permissions.includes('m'))) {
        const writer = written.find((other) => other.rule === one.rule || PATTERNS.overlaps(other.pattern, one.pattern));
        if (writer !== undefined) {
          const same = writer.rule === one.rule ? '' : `, by "${writer.rule.path}"`;
          report(one.rule, `what "${one.rule.path}" lets it execute or map may be written, too${same}`);
        }
      }
    }
  },
};

/** Rules for everything are left to `broad-path`. */
function fileRules(subject: Subject, profile: ProfileSubject, wanted: (rule: FileRule) => boolean) {
  return [...granting({ ...subject, profiles: [profile] }, 'file')]
    .map(({ rule }) => ({ rule, pattern: pathOf(subject, rule) }))
    .filter(({ rule, pattern }) => wanted(rule) && !isEverything(pattern));
}
