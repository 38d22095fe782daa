import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './debian';

/** One image of a busybox and what it runs. */
export interface BusyboxImage {
  /** Full reference, such as `docker.io/library/busybox:1.37`. */
  readonly name: string;
  readonly command: readonly string[];
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/**
 * Writes an OCI image layout as a tar file: images of one layer, a static busybox with all its applets. No registry can be
 * reached from a node of ours, so this stands for the images that manifests name.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function writeBusyboxImages(path: string, busybox: string, images: readonly BusyboxImage[]): void {
  const work = mkdtempSync(join(tmpdir(), 'k8s-apparmor-image-'));
  try {
    const layout = join(work, 'layout');
    const blobs = join(layout, 'blobs', 'sha256');
    mkdirSync(blobs, { recursive: true });
    const store = (content: Buffer) => {
      writeFileSync(join(blobs, sha256(content)), content);
      return { digest: `sha256:${sha256(content)}`, size: content.length };
    };
    const layer = busyboxLayer(join(work, 'root'), busybox);
    const layerBlob = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...store(layer) };
    const manifests = images.map(({ name, command }) => {
      const config = {
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
        config: { Cmd: command, Env: ['PATH=/bin:/sbin:/usr/bin:/usr/sbin'] },
      };
      const manifest = {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        layers: [layerBlob],
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...store(Buffer.from(JSON.stringify(config))) },
      };
      const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.split(':').pop() };
      return { mediaType: manifest.mediaType, annotations, ...store(Buffer.from(JSON.stringify(manifest))) };
    });
    writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    must('tar', ['-cf', path, '-C', layout, 'oci-layout', 'index.json', 'blobs']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function busyboxLayer(root: string, busybox: string): Buffer {
  mkdirSync(join(root, 'bin'), { recursive: true });
  must('cp', [busybox, join(root, 'bin', 'busybox')]);
  for (const applet of must(busybox, ['--list']).split('\n').filter((name) => name !== '' && name !== 'busybox')) {
    linkSync(join(root, 'bin', 'busybox'), join(root, 'bin', applet));
  }
  for (const folder of ['dev', 'etc', 'proc', 'sys', 'tmp', 'var']) mkdirSync(join(root, folder));
  symlinkSync('bin', join(root, 'sbin'));
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  const archive = `${root}.tar`;
  must('tar', ['-cf', archive, '--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-C', root, '.']);
  return readFileSync(archive);
}
