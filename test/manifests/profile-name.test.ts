import { admitPod } from '../../src/manifests/pod-admission';
import { profileNameFault } from '../../src/manifests/profile-name';

const API = [
  ['', 'is empty; the API server wants a name for type Localhost'],
  ['foo ', 'is padded with white space, which the API server refuses; trim it'],
  ['\u00a0foo', 'is padded with white space, which the API server refuses; trim it'],
  ['a'.repeat(4096), 'is longer than 4095 bytes, which the API server refuses; shorten it'],
  ['ü'.repeat(2048), 'is longer than 4095 bytes, which the API server refuses; shorten it'],
] as const;

const errorsFor = (localhostProfile: string) => admitPod({
  spec: { containers: [{ name: 'c' }], securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile } } },
}, true, { major: 1, minor: 37 }).errors;

test.each(API)('refuses %p, as the API server does', (name, says) => {
  expect(profileNameFault(name)).toBe(says);
  expect(errorsFor(name)).toHaveLength(1);
});

test.each([
  ['unconfined', 'means no confinement to CRI-O; to run a pod unconfined, say so with AppArmorProfile.unconfined(reason)'],
  ['localhost/web', 'starts with "localhost/", which containerd and CRI-O strip; name the profile as the node lists it'],
  [':ns://web', 'names another policy namespace, which no runtime enters; name a profile of the root namespace'],
  ['a//&b', 'is a stack of profiles, which containerd does not find; name one profile'],
  ['a\u0000b', 'holds a control character; use letters, digits, ".", "_" and "-"'],
])('refuses %p, which the API server takes and no runtime applies', (name, says) => {
  expect(profileNameFault(name)).toBe(says);
});

test.each(['k8s-apparmor.web.1a2b3c4d', 'a'.repeat(4095), 'web//child', 'foo bar', 'docker-default'])('takes %p, as the API server does', (name) => {
  expect(profileNameFault(name)).toBeUndefined();
  expect(errorsFor(name)).toEqual([]);
});
