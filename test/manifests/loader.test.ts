import { BUSYBOX_IMAGE, loaderDaemonSet, loaderObjects, LoaderProps, STATE_VOLUME } from '../../src/manifests/loader';
import { LoaderProfile, loaderProgram, wantedList } from '../../src/manifests/loader-program';

const web: LoaderProfile = {
  loadedName: 'p.web.00000001', loadedNames: ['p.web.00000001', 'p.web.00000001//child'], text: 'profile p.web.00000001 {}\n', mode: 'enforce',
};
const api: LoaderProfile = { loadedName: 'p.api.00000002', loadedNames: ['p.api.00000002'], text: 'profile p.api.00000002 {}\n', mode: 'complain' };

const PROPS: LoaderProps = {
  name: 'loader', namespace: 'apparmor', bundle: 'shop', profiles: [web, api], profileConfigMaps: ['one', 'two'], serviceAccountName: 'loader',
};

const podOf = (more: Partial<LoaderProps> = {}): any => (loaderDaemonSet({ ...PROPS, ...more }, 'program') as any).spec.template;
const container = (name: string, more: Partial<LoaderProps> = {}): any => podOf(more).spec.containers.find((one: any) => one.name === name);
const hostPaths = (more: Partial<LoaderProps> = {}) => podOf(more).spec.volumes.flatMap((volume: any) => volume.hostPath?.path ?? []);
const mount = (path: string, more: Partial<LoaderProps> = {}) => container('loader', more).volumeMounts.find((one: any) => one.mountPath === path);

describe('the privileges of the loader', () => {
  test('the container that loads has UID 0, MAC_ADMIN and nothing else', () => {
    expect(container('loader').securityContext).toEqual({
      allowPrivilegeEscalation: false,
      appArmorProfile: { type: 'Unconfined' },
      capabilities: { add: ['MAC_ADMIN'], drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    });
  });

  test('the container that answers probes has no privilege and does not see the host', () => {
    expect(container('state').securityContext).toMatchObject({ capabilities: { drop: ['ALL'] }, runAsNonRoot: true, runAsUser: 65534, readOnlyRootFilesystem: true });
    expect(container('state').volumeMounts).toEqual([{ mountPath: '/state', name: STATE_VOLUME, readOnly: true }]);
  });

  test('the pod uses nothing of the host but three folders, and no token', () => {
    const { spec } = podOf();
    expect(Object.keys(spec).filter((key) => /^host/.test(key))).toEqual([]);
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(hostPaths()).toEqual(['/sys/kernel/security', '/usr', '/etc/apparmor.d']);
  });

  test("the host's programs are read-only, whatever is mounted below them", () => {
    expect(mount('/host/usr')).toEqual({ mountPath: '/host/usr', name: 'usr', readOnly: true, recursiveReadOnly: 'IfPossible' });
  });

  test('securityfs is writable and at the very path where the parser looks for the features of the kernel', () => {
    expect(mount('/sys/kernel/security')).toEqual({ mountPath: '/sys/kernel/security', name: 'securityfs' });
  });

  test.each([
    ["the host's parser, no copies", { keepCopies: false }, ['/sys/kernel/security', '/usr', '/etc/apparmor.d'], true],
    ["an image's parser, copies", { parser: 'image' }, ['/sys/kernel/security', '/etc/apparmor.d'], undefined],
    ["an image's parser, no copies", { parser: 'image', keepCopies: false }, ['/sys/kernel/security'], undefined],
  ] as const)('%s: mounts no more than that needs', (_, more, paths, readOnly) => {
    expect(hostPaths(more)).toEqual(paths);
    expect(mount('/host/etc/apparmor.d', more)?.readOnly).toBe(readOnly);
  });
});

describe('the DaemonSet', () => {
  test('runs on every Linux node, before and beside everything', () => {
    expect(podOf().spec).toMatchObject({
      nodeSelector: { 'kubernetes.io/os': 'linux' }, priorityClassName: 'system-node-critical', tolerations: [{ operator: 'Exists' }],
    });
  });

  test('no host path keeps the pod from starting where it is missing', () => {
    const types = podOf().spec.volumes.filter((volume: any) => volume.hostPath).map((volume: any) => volume.hostPath.type);
    expect(types).toEqual([undefined, undefined, 'DirectoryOrCreate']);
  });

  test('is ready when the state says so, asked over HTTP because an exec probe costs more than the loader', () => {
    expect(container('state').readinessProbe).toMatchObject({ httpGet: { path: '/ready', port: 'state' }, failureThreshold: 1 });
    expect(container('loader').readinessProbe).toBeUndefined();
  });

  test('is told what to do by its environment', () => {
    const env = Object.fromEntries(container('loader', { generations: 5, keepCopies: false }).env.map((one: any) => [one.name, one.value]));
    expect(env).toEqual({ BUNDLE: 'shop', GENERATIONS: '5', KEEP_COPIES: '0', NODE_NAME: undefined });
  });

  test('a bundle name that cannot be part of a file name is refused, with what to do', () => {
    expect(() => podOf({ bundle: 'a/b' })).toThrow(
      'The bundle name "a/b" cannot be part of a file\'s name on a node: begin with a letter or digit and use letters, digits, ".", "_" and "-" only.',
    );
  });

  test('takes profiles from all their ConfigMaps in one folder', () => {
    const volume = podOf().spec.volumes.find((one: any) => one.name === 'profiles');
    expect(volume.projected.sources).toEqual([{ configMap: { name: 'one' } }, { configMap: { name: 'two' } }]);
  });

  test('up to Kubernetes 1.29 says by annotations, and only by them, how it is confined', () => {
    const { metadata } = podOf({ emission: 'annotations' });
    expect(metadata.annotations).toMatchObject({ 'container.apparmor.security.beta.kubernetes.io/loader': 'unconfined' });
    expect(JSON.stringify(podOf({ emission: 'annotations' }))).not.toMatch(/appArmorProfile|recursiveReadOnly/);
  });

  test('takes images from where one says', () => {
    const images = podOf({ image: 'mirror/loader:1', stateImage: 'mirror/busybox:1' }).spec.containers.map((one: any) => one.image);
    expect(images).toEqual(['mirror/loader:1', 'mirror/busybox:1']);
    expect(container('loader').image).toBe(BUSYBOX_IMAGE);
  });
});

describe('the program', () => {
  test('lists a file by its name and mode first, its children in any mode, in a stable order', () => {
    expect(wantedList([web, api])).toBe('p.api.00000002\tcomplain\tp.api.00000002\np.web.00000001\tenforce\tp.web.00000001\np.web.00000001\t*\tp.web.00000001//child\n');
    expect(wantedList([api, web])).toBe(wantedList([web, api]));
  });

  test('is immutable, and its name changes with its content', () => {
    const [one, other] = [loaderProgram(PROPS), loaderProgram({ ...PROPS, profiles: [api] })] as any[];
    expect(one.immutable).toBe(true);
    expect(one.metadata.name).toMatch(/^loader-program-[0-9a-f]{8}$/);
    expect(other.metadata.name).not.toBe(one.metadata.name);
    expect(loaderObjects(PROPS)).toEqual([one, loaderDaemonSet(PROPS, one.metadata.name)]);
  });

  test('fits into what client-side apply can carry', () => {
    expect(Buffer.byteLength(JSON.stringify(loaderProgram(PROPS)))).toBeLessThan(64 * 1024);
  });

  test('a name that cannot be a file on a node is refused, with what to do', () => {
    const bad = { ...web, loadedName: '../etc/passwd', loadedNames: ['../etc/passwd'] };
    expect(() => wantedList([bad])).toThrow(
      'The profile name "../etc/passwd" cannot be a file on a node: begin with a letter or digit and use letters, digits, ".", "_" and "-" only.',
    );
  });

  test('more names than a ConfigMap can carry are refused, with what to do', () => {
    const many = Array.from({ length: 4000 }, (_, index) => ({ ...api, loadedName: `p.profile-number-${index}.00000000`, loadedNames: [] }));
    expect(() => wantedList(many)).toThrow(/^The names of 4000 profiles are more than one loader can carry \(\d+ of 163840 bytes\): split them into several bundles\.$/);
  });
});
