import { parsePattern } from '../automaton';
import type { ChangeProfileAccess } from './access';
import type { ChangeProfileRule } from './change-profile';
import type { Clause, Match, Question } from './match';

/** Bits of the table `change_profile`: changing at once, and at the next execution. */
const NOW = 1;
const ON_EXEC = 2;

/** What a rule without exec condition lets the change wait for. */
const ANY_PROGRAM = '/[^/]**';

export const changeProfileMatch: Match<ChangeProfileRule, ChangeProfileAccess> = {
  clauses({ exec, target, qualifiers }, ground) {
    const name = parsePattern(namespaced(ground.expand(target ?? '**')));
    const priority = ground.atLeast('5.0') ? 0 : qualifiers.priority ?? 0; // 5.0 reads a priority here and ignores it.
    const clauses: Clause[] = [{ table: 'change_profile', fields: [name], permissions: NOW + ON_EXEC, priority }];
    for (const program of (exec === undefined ? [ANY_PROGRAM] : ground.paths(exec)).map((path) => parsePattern(path))) {
      // Kernels ask for the program alone, too. So `deny change_profile -> a,` leaves no program that a change could wait for.
      clauses.push({ table: 'change_profile', fields: [program], permissions: ON_EXEC, priority });
      clauses.push({ table: 'onexec', fields: [program, name], permissions: 1, priority });
    }
    return clauses;
  },
  questions({ target, exec }): readonly Question[] {
    const name = namespaced(target);
    return exec === undefined
      ? [{ table: 'change_profile', fields: [name], permissions: NOW }]
      : [...[name, exec].map((text): Question => ({ table: 'change_profile', fields: [text], permissions: ON_EXEC })), { table: 'onexec', fields: [exec, name], permissions: 1 }];
  },
};

/** `:ns://name` and `:ns:name` are one name. */
function namespaced(name: string): string {
  return name.replace(/^(&?:[^:]+:)\/\//, '$1');
}
