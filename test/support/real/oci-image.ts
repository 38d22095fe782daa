import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './debian';

/** An image of some layers and what it runs. */
export interface OciImage {
  /** Full reference, such as `docker.io/library/busybox:1.37`. */
  readonly name: string;
  /** What a pod's `command` replaces; its `args` come behind. @default - none */
  readonly entrypoint?: readonly string[];
  /** What a pod's `args` replace. */
  readonly command: readonly string[];
  /** Each a tar archive. */
  readonly layers: readonly Buffer[];
}

/** A part of a content store. */
export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Images as a registry or a layout holds them. */
export interface OciContent {
  readonly blobs: ReadonlyMap<string, Buffer>;
  /** By the image's name. */
  readonly manifests: ReadonlyMap<string, OciDescriptor>;
}

/** @see https://github.com/opencontainers/image-spec/blob/main/manifest.md */
export function ociContent(images: readonly OciImage[]): OciContent {
  const blobs = new Map<string, Buffer>();
  const store = (mediaType: string, content: Buffer): OciDescriptor => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const json = (mediaType: string, value: object) => store(mediaType, Buffer.from(JSON.stringify(value)));
  const manifests = images.map(({ name, entrypoint, command, layers }) => {
    const stored = layers.map((layer) => store('application/vnd.oci.image.layer.v1.tar', layer));
    const config = json('application/vnd.oci.image.config.v1+json', {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: stored.map(({ digest }) => digest) },
      config: { ...entrypoint && { Entrypoint: entrypoint }, Cmd: command, Env: ['PATH=/bin:/sbin:/usr/bin:/usr/sbin'] },
    });
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    return [name, json(mediaType, { schemaVersion: 2, mediaType, layers: stored, config })] as const;
  });
  return { blobs, manifests: new Map(manifests) };
}

/**
 * Writes an OCI image layout as a tar file: images of one layer, a static busybox with all its applets. No registry can be
 * reached from a node of ours, so this stands for the images that manifests name.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function writeBusyboxImages(path: string, busybox: string, images: ReadonlyArray<Omit<OciImage, 'layers'>>): void {
  const layer = busyboxLayer(busybox);
  const { blobs, manifests } = ociContent(images.map((image) => ({ ...image, layers: [layer] })));
  const work = mkdtempSync(join(tmpdir(), 'k8s-apparmor-image-'));
  try {
    mkdirSync(join(work, 'blobs', 'sha256'), { recursive: true });
    for (const [digest, content] of blobs) writeFileSync(join(work, 'blobs', 'sha256', digest.slice('sha256:'.length)), content);
    const index = [...manifests].map(([name, descriptor]) => ({
      ...descriptor, annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.split(':').pop() },
    }));
    writeFileSync(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(work, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: index }));
    must('tar', ['-cf', path, '-C', work, 'oci-layout', 'index.json', 'blobs']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A layer of what `fill` puts into a folder; all of it is root's. */
export function layerOf(fill: (root: string) => void): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'k8s-apparmor-layer-'));
  try {
    const [root, archive] = [join(work, 'root'), join(work, 'layer.tar')];
    mkdirSync(root);
    fill(root);
    must('tar', ['-cf', archive, '--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-C', root, '.']);
    return readFileSync(archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A static busybox with all its applets, and the folders of a root file system. */
export function busyboxLayer(busybox: string): Buffer {
  return layerOf((root) => {
    mkdirSync(join(root, 'bin'));
    must('cp', [busybox, join(root, 'bin', 'busybox')]);
    for (const applet of must(busybox, ['--list']).split('\n').filter((name) => name !== '' && name !== 'busybox')) {
      linkSync(join(root, 'bin', 'busybox'), join(root, 'bin', applet));
    }
    for (const folder of ['dev', 'etc', 'proc', 'sys', 'tmp', 'var']) mkdirSync(join(root, folder));
    symlinkSync('bin', join(root, 'sbin'));
    writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  });
}
