import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from './cache';
import { debianRoot, dynamicLinker, must } from './debian';
import { busyboxLayer, layerOf, OciImage } from './oci-image';
import { GATE_IMAGE } from '../../../src/manifests/gate';

const EXPORTER = join(__dirname, '..', '..', 'node', 'exporter', 'main.go');

/** As the image `nginxinc/nginx-unprivileged` has it: nothing of root's, everything that is written below /tmp. */
const NGINX_CONF = `pid /tmp/nginx.pid;
error_log /var/log/nginx/error.log notice;
events {}
http {
  client_body_temp_path /tmp/client_temp; proxy_temp_path /tmp/proxy_temp; fastcgi_temp_path /tmp/fastcgi_temp;
  uwsgi_temp_path /tmp/uwsgi_temp; scgi_temp_path /tmp/scgi_temp;
  access_log /var/log/nginx/access.log;
  server {
    listen 8080;
    location / { root /usr/share/nginx/html; }
    location /keys/ { alias /etc/nginx/keys/; }
    location /stub_status { stub_status; }
  }
}
`;

/** For the loader that brings its own parser. */
export const LOADER_IMAGE = 'registry.example/apparmor-loader:1';

/**
 * The images that examples/web-shop and a gate name, which no test can pull: Debian's nginx with the files of the image without root, a
 * stand-in for the exporter, busybox for what runs under the runtime's default profile, and busybox with Debian's curl.
 */
export function shopImages(): OciImage[] {
  const busybox = busyboxLayer(join(debianRoot('bookworm', ['apparmor', 'busybox-static']), 'usr', 'bin', 'busybox'));
  return [
    { name: 'docker.io/nginxinc/nginx-unprivileged:1.27', command: ['nginx'], layers: [layerOf(nginxRoot)] },
    { name: 'docker.io/nginx/nginx-prometheus-exporter:1.3', entrypoint: ['/usr/bin/nginx-prometheus-exporter'], command: [], layers: [layerOf(exporterRoot)] },
    { name: 'docker.io/library/redis:7.4', command: ['sh', '-c', 'cat /proc/self/attr/current; exec nc -ll -p 6379 -e true'], layers: [busybox] },
    { name: `docker.io/${GATE_IMAGE}`, command: ['sh'], layers: [busybox, layerOf((root) => addProgram(root, 'curl', 'usr/bin/curl'))] },
    { name: LOADER_IMAGE, command: ['sh'], layers: [layerOf(loaderRoot)] },
    {
      name: 'registry.example/shop/reports:2.1',
      command: ['sh', '-c', 'cat /proc/self/attr/current; cat /etc/shop; cat /var/lib/shop/customers/list'],
      layers: [busybox, layerOf((root) => {
        write(root, 'etc/shop', 'open\n');
        write(root, 'var/lib/shop/customers/list', 'a customer\n');
      })],
    },
  ];
}

/** Of what `debian:trixie-slim` has the programs that the loader uses, then what loader/Dockerfile adds. */
const LOADER_PACKAGES = ['coreutils', 'dash', 'grep', 'mawk', 'apparmor', 'busybox-static'];

/** What loader/Dockerfile gives, which cannot be built here: the same packages, unpacked; a link that installing makes. */
function loaderRoot(root: string): void {
  must('cp', ['-a', `${debianRoot('trixie', LOADER_PACKAGES)}/.`, root]);
  must('rm', ['-rf', ...['doc', 'man', 'locale', 'info'].map((name) => join(root, 'usr', 'share', name)), join(root, 'var', 'lib', 'dpkg')]);
  symlinkSync('mawk', join(root, 'usr', 'bin', 'awk'));
}

function nginxRoot(root: string): void {
  addProgram(root, 'nginx-light', 'usr/sbin/nginx');
  for (const name of ['var/log/nginx', 'var/lib/nginx', 'tmp', 'proc', 'sys', 'dev']) mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  symlinkSync('/dev/stdout', join(root, 'var', 'log', 'nginx', 'access.log'));
  symlinkSync('/dev/stderr', join(root, 'var', 'log', 'nginx', 'error.log'));
  write(root, 'etc/nginx/nginx.conf', NGINX_CONF);
  write(root, 'etc/nginx/keys/tls.key', 'secret\n');
  write(root, 'usr/share/nginx/html/index.html', 'the shop\n');
  write(root, 'etc/passwd', 'root:x:0:0:root:/:/bin/sh\nnginx:x:101:101:nginx:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  write(root, 'etc/group', 'root:x:0:\nnginx:x:101:\nnogroup:x:65534:\n');
  write(root, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\n');
}

/** A program of a Debian package with the libraries that it is linked with. */
function addProgram(root: string, name: string, program: string): void {
  const debian = debianRoot('bookworm', [name]);
  const { folder, linker } = dynamicLinker(debian);
  const libraries = must(linker, ['--library-path', `${folder}:${join(debian, 'usr', 'lib')}`, '--list', join(debian, program)])
    .split('\n').map((line) => /(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path?.startsWith(debian));
  for (const path of [join(program, '..'), 'lib64', 'usr/lib/x86_64-linux-gnu']) mkdirSync(join(root, path), { recursive: true });
  must('cp', ['-L', join(debian, program), join(root, program)]);
  must('cp', ['-L', ...libraries as string[], join(root, 'usr', 'lib', 'x86_64-linux-gnu')]);
  must('cp', ['-L', linker, join(root, 'lib64', 'ld-linux-x86-64.so.2')]);
}

function exporterRoot(root: string): void {
  mkdirSync(join(root, 'usr', 'bin'), { recursive: true });
  must('cp', [builtOnce(join('node', 'exporter-1'), (path) => {
    must('go', ['build', '-trimpath', '-o', path, EXPORTER], { env: { ...process.env, CGO_ENABLED: '0', GO111MODULE: 'off' } });
  }), join(root, 'usr', 'bin', 'nginx-prometheus-exporter')]);
  write(root, 'etc/passwd', 'nobody:x:65534:65534:nobody:/:/bin/false\n');
}

function write(root: string, path: string, content: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}
