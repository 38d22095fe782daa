import { existsSync } from 'node:fs';
import { Cluster, startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';

describe.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('a Kubernetes %s control plane for tests', (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ version, users: [{ name: 'nobody', groups: [] }] });
  }, 3_600_000);

  afterAll(async () => cluster.stop());

  it('answers with its own version', async () => {
    expect((await cluster.api('/version')).body.gitVersion).toBe(`v${version}`);
  });

  it('grants its administrator everything and others nothing', () => {
    expect(cluster.kubectl(['auth', 'can-i', '*', '*', '-A']).stdout.trim()).toBe('yes');
    expect(cluster.kubectl(['auth', 'can-i', 'list', 'pods'], { as: 'nobody' }).stdout.trim()).toBe('no');
  });

  it('leaves nothing behind when it stops', async () => {
    const other = await startCluster({ version });
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    await expect(other.api('/version')).rejects.toThrow('ECONNREFUSED');
  }, 120_000);
});
