import { MatchingClauses, type HeldClause } from './combine';
import { impliedClauses } from './implied';
import { Automaton, literal, sequence, type Expression } from '../automaton';
import type { FlatProfile } from '../language';
import type { Generation, Ground, Question, Table } from '../rules/match';
import { MATCHES } from '../rules/match-registry';

const SEPARATOR = literal('\0');

/** The clauses of a profile in one automaton a table; each is built when the first question comes. */
export class ClauseTables {
  private readonly clauses = new Map<Table, HeldClause[]>();
  private readonly automata = new Map<Table, Automaton<MatchingClauses>>();
  private readonly parser: Generation;

  constructor(profile: FlatProfile, ground: Ground) {
    this.parser = ground.parser;
    profile.rules.forEach((rule, index) => {
      if (rule.type === 'rlimit') {
        return;
      }
      const { access = 'allow', audit = false, priority = 0 } = rule.qualifiers;
      for (const clause of MATCHES[rule.type].clauses(rule as never, ground)) {
        this.hold({ clause, access, audit: clause.audit ?? audit, priority: clause.priority ?? priority, rule: index });
      }
    });
    for (const clause of impliedClauses(profile, ground)) {
      this.hold({ clause, access: 'allow', audit: false, priority: 0, rule: profile.rules.length });
    }
  }

  /** All clauses that match a question's fields, whatever permissions they are about. */
  matching({ table, fields }: Question): MatchingClauses {
    const automaton = this.automata.get(table) ?? this.build(table);
    return automaton.match(fields.length === 1 ? fields[0] : fields.join('\0'));
  }

  /**
   * What matches of one table for every text there is, each choice at least once.
   *
   * @throws LimitError behind `limit` states
   */
  all(table: Table, limit: number): Iterable<MatchingClauses> {
    return (this.automata.get(table) ?? this.build(table)).reachable(limit);
  }

  private hold(held: HeldClause): void {
    const clauses = this.clauses.get(held.clause.table);
    if (clauses === undefined) {
      this.clauses.set(held.clause.table, [held]);
    } else {
      clauses.push(held);
    }
  }

  private build(table: Table): Automaton<MatchingClauses> {
    const clauses = this.clauses.get(table) ?? [];
    const patterns = clauses.map(({ clause }) => joined(clause.fields));
    const automaton = new Automaton(patterns, (matching) => new MatchingClauses(matching.map((index) => clauses[index]), this.parser));
    this.automata.set(table, automaton);
    return automaton;
  }
}

function joined(fields: readonly Expression[]): Expression {
  return sequence(...fields.flatMap((field, index) => (index === 0 ? [field] : [SEPARATOR, field])));
}
