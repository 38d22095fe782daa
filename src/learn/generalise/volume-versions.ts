import { byComponent, rewriting } from './step';

/**
 * The kubelet writes ConfigMap, Secret, projected and downward API volumes into a directory named by time and a random
 * number, to which `..data` points; AppArmor sees the resolved name (Kubernetes, pkg/volume/util/atomic_writer.go).
 */
const VERSION = /^\.\.\d{4}_\d{2}_\d{2}_\d{2}_\d{2}_\d{2}\.\d+$/;

export const volumeVersions = rewriting({
  name: 'volume-versions',
  summary: 'The dated directory inside of a ConfigMap, Secret or projected volume: each update makes another.',
  from: 'balanced',
}, (pattern) => (pattern.includes('/..') ? byComponent(pattern, (component) => (VERSION.test(component) ? '..[0-9]*' : component)) : undefined));
