import { inProfile } from '../lint';
import { placeLint } from '../places';

export const writeToSecrets = placeLint({
  id: 'write-to-secrets',
  level: 'warning',
  preset: 'recommended',
  summary: 'A rule lets the program write where Kubernetes mounts secrets.',
  reason: 'Secrets and service account tokens are mounted read-only. A rule that allows writing there has a pattern that is wider than what ' +
    'the program does, and lets it plant a token for others where the mount is not read-only.',
  better: 'give read access only',
  exceptions: 'A program that makes its own socket or file below /run/secrets: allow that one file.',
  wrong: inProfile('/run/secrets/** rw,'),
  right: inProfile('/run/secrets/kubernetes.io/serviceaccount/* r,'),
}, {
  patterns: ['/run/secrets/**', '/var/run/secrets/**'],
  samples: ['/run/secrets/kubernetes.io/serviceaccount/token'],
  permissions: 'wal',
  gives: 'write access to mounted secrets',
});
