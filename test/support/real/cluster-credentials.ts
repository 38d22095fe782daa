import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Someone whom the API server knows by a token. */
export interface ClusterUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A user of the tests with every right. */
export const ADMIN: ClusterUser = { name: 'admin', groups: ['system:masters'] };

/** The names under which the server is called: from this machine, from pods, and from a virtual machine with user networking. */
const ADDRESSES = 'IP:127.0.0.1,IP:10.0.2.2,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc';

/** Makes a certificate authority, the server's certificate and the key of service accounts in `folder`. */
export function makeCertificates(folder: string): void {
  openssl(folder, ['genrsa', '-out', 'sa.key', '2048']);
  openssl(folder, ['rsa', '-in', 'sa.key', '-pubout', '-out', 'sa.pub']);
  openssl(folder, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test-ca']);
  openssl(folder, ['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'srv.key', '-out', 'srv.csr', '-subj', '/CN=kube-apiserver']);
  writeFileSync(join(folder, 'srv.ext'), `subjectAltName=${ADDRESSES}\n`);
  openssl(folder, ['x509', '-req', '-in', 'srv.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-out', 'srv.crt', '-extfile', 'srv.ext']);
}

function openssl(folder: string, args: readonly string[]): void {
  const run = spawnSync('openssl', [...args], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`openssl ${args[0]} failed: ${run.stderr}`);
}

/** Writes the API server's token file (`--token-auth-file`) and returns each user's token. */
export function writeTokens(folder: string, users: readonly ClusterUser[]): ReadonlyMap<string, string> {
  const tokens = new Map(users.map((user) => [user.name, randomBytes(16).toString('hex')]));
  const lines = users.map((user) => `${tokens.get(user.name)},${user.name},${user.name},"${user.groups.join(',')}"\n`);
  writeFileSync(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 });
  return tokens;
}

/** The text of a kubeconfig for one user. */
export function kubeconfig(folder: string, server: string, token: string): string {
  const authority = readFileSync(join(folder, 'ca.crt')).toString('base64');
  return JSON.stringify({
    'apiVersion': 'v1',
    'kind': 'Config',
    'clusters': [{ name: 'test', cluster: { 'server': server, 'certificate-authority-data': authority } }],
    'users': [{ name: 'test', user: { token } }],
    'contexts': [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    'current-context': 'test',
  });
}
