import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POD, TEMPLATED } from './workload-objects';
import { ANNOTATION_PREFIX } from '../../src/manifests/profile-reference';
import { Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { makeNamespace } from '../support/real/namespace';

interface Answer {
  readonly errors: string[];
  readonly warnings: string[];
}

interface Case {
  readonly name: string;
  readonly input: { annotations?: Record<string, string>; pod?: object; container?: { localhostProfile?: unknown }; windows?: boolean };
  readonly pod: { releases: string[]; answer: Answer }[];
  readonly template: { releases: string[]; answer: Answer }[];
}

const FILE = join(__dirname, '..', 'manifests', 'cases', 'api-server-answers.json');
const CASES = JSON.parse(readFileSync(FILE, 'utf8').replace(/KEY\//g, ANNOTATION_PREFIX)) as Case[];
const DEPLOYMENT = TEMPLATED[0];

/** The cases write a long name as its length. */
function partsOf({ input }: Case): { annotations?: Record<string, string>; spec: Record<string, unknown> } {
  const length = input.container?.localhostProfile;
  const appArmorProfile = typeof length === 'number' ? { ...input.container, localhostProfile: 'a'.repeat(length) } : input.container;
  return {
    annotations: input.annotations,
    spec: {
      ...input.windows && { os: { name: 'windows' } },
      ...input.pod && { securityContext: { appArmorProfile: input.pod } },
      containers: [{ name: 'c', image: 'i', ...appArmorProfile && { securityContext: { appArmorProfile } } }],
    },
  };
}

describe.each([[OLDEST_KUBERNETES, '1.30'], [NEWEST_KUBERNETES, '1.37']])('the golden cases on a Kubernetes %s API server', (version, release) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await makeNamespace(cluster, 'default');
  }, 3_600_000);

  afterAll(async () => cluster?.stop());

  it.each(CASES.flatMap((one) => [[one.name, POD, one.pod, one] as const, [one.name, DEPLOYMENT, one.template, one] as const]))(
    'are what the server says: %s, as %o', async (_, kind, answers, one) => {
      const { errors, warnings } = answers.find(({ releases }) => releases.includes(release))!.answer;
      const answer = await cluster.api(`${kind.path('default')}?dryRun=All`, { method: 'POST', body: kind.object(partsOf(one)) });
      expect([answer.status < 300, answer.warnings]).toEqual([errors.length === 0, errors.length === 0 ? warnings : expect.anything()]);
      // The server cuts long values short in what it says.
      for (const error of errors) expect(answer.body.message).toContain(error.replace(/<aaaa….*/s, ''));
    });
});
