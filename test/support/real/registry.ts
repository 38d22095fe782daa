import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { OciContent } from './oci-image';

/**
 * A registry of a few images on loopback, as far as pulling needs it. It answers in this process, so nothing here may wait for a pull
 * without giving up the thread.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
 */
export class Registry {
  static async start(content: OciContent): Promise<Registry> {
    const registry = new Registry(content);
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  private readonly server: Server = createServer((asked, answer) => this.answer(asked, answer));

  private constructor(private readonly content: OciContent) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(asked: IncomingMessage, answer: ServerResponse): void {
    const { pathname } = new URL(asked.url ?? '/', 'http://registry');
    const [, name, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const found = pathname === '/v2/' ? { type: 'application/json', digest: '', body: Buffer.from('{}') } : this.find(name, kind, reference);
    if (!found) {
      answer.writeHead(404).end();
      return;
    }
    answer.writeHead(200, { 'Content-Type': found.type, 'Content-Length': found.body.length, 'Docker-Content-Digest': found.digest });
    answer.end(asked.method === 'HEAD' ? undefined : found.body);
  }

  /** A mirror is asked by the name without its host. */
  private find(name: string, kind: string, reference: string): { type: string; digest: string; body: Buffer } | undefined {
    const blob = this.content.blobs.get(reference);
    if (kind === 'blobs') return blob && { type: 'application/octet-stream', digest: reference, body: blob };
    const named = [...this.content.manifests].find(([full, { digest }]) => digest === reference || full.split('/').slice(1).join('/') === `${name}:${reference}`);
    return named && { type: named[1].mediaType, digest: named[1].digest, body: this.content.blobs.get(named[1].digest)! };
  }
}
