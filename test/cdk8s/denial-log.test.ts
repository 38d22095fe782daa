import { Chart, Testing } from 'cdk8s';
import { DenialLog, KubernetesVersion } from '../../src';

function chart(): Chart {
  return new Chart(Testing.app(), 'audit');
}

test('it brings its namespace, which allows host paths, its account, its program and the DaemonSet', () => {
  const made = chart();
  const log = new DenialLog(made, 'denials');
  const objects = Testing.synth(made);
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'DaemonSet', 'Namespace', 'ServiceAccount']);
  expect({ daemonSetName: log.daemonSetName, namespace: log.namespace }).toEqual({ daemonSetName: 'k8s-apparmor-denial-log', namespace: 'k8s-apparmor-denial-log' });
});

test('a namespace that is given is not made', () => {
  const made = chart();
  new DenialLog(made, 'denials', { namespace: 'kube-system', kubernetesVersion: KubernetesVersion.of('<1.30') });
  const objects = Testing.synth(made);
  expect(objects.some(({ kind }) => kind === 'Namespace')).toBe(false);
  expect(objects.find(({ kind }) => kind === 'DaemonSet').metadata.namespace).toBe('kube-system');
});

test('a number that is none is refused where it is given', () => {
  expect(() => new DenialLog(chart(), 'denials', { windowSeconds: 0 })).toThrow('The denial log "audit/denials" has windowSeconds 0: give a whole number from 1.');
});
