import type { UsernsAccess } from './access';
import type { Match } from './match';
import type { UsernsRule } from './userns';

export const usernsMatch: Match<UsernsRule, UsernsAccess> = {
  clauses: () => [{ table: 'userns', fields: [], permissions: 1 }],
  questions: (_access, ground) => (ground.lists('namespaces/mask', 'userns_create') || ground.has('namespaces/userns_create')
    ? [{ table: 'userns', fields: [], permissions: 1 }] : undefined),
};
