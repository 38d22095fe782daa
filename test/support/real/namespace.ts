import { Cluster, until } from './apiserver';

export interface NamespaceProps {
  /** @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Service accounts, which a controller makes in a whole cluster. @default ['default'] */
  readonly accounts?: readonly string[];
}

/** A namespace in which pods can be made; one that is there already gets what it lacks, but labels. */
export async function makeNamespace(cluster: Cluster, name: string, { labels, accounts = ['default'] }: NamespaceProps = {}): Promise<void> {
  await cluster.api('/api/v1/namespaces', { method: 'POST', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } } });
  for (const account of accounts) {
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } };
    await until(`the account ${account} of namespace ${name}`, async () => {
      const { status } = await cluster.api(`/api/v1/namespaces/${name}/serviceaccounts`, { method: 'POST', body });
      return status === 201 || status === 409;
    });
  }
}
