import { readdirSync } from 'fs';
import { join } from 'path';
import { App, Chart, Include } from 'cdk8s';
import { AppArmorProfile, Confinement, KubernetesVersion } from '../../src';
import { effectiveProfiles, saysProfile } from '../../src/manifests/confine-pod';
import { JsonObject } from '../../src/manifests/json';
import { parseReleaseRange } from '../../src/manifests/kubernetes-versions';
import { admitPod } from '../../src/manifests/pod-admission';
import { isWindows } from '../../src/manifests/pod-spec';
import { podTemplates } from '../../src/manifests/pod-template';
import { outside } from '../support/outside';
import { withoutAppArmor } from '../support/without-apparmor';

const MANIFESTS = outside('K8S_APPARMOR_MANIFESTS');
const files = MANIFESTS.path ? readdirSync(MANIFESTS.path).filter((name) => /\.ya?ml$/.test(name)) : [];
const RELEASE = parseReleaseRange('1.37').oldest;

function included(file: string, version?: string): JsonObject[] {
  const app = new App();
  const chart = new Chart(app, 'chart');
  new Include(chart, 'include', { url: join(MANIFESTS.path!, file) });
  if (version) Confinement.of(app, { kubernetesVersion: KubernetesVersion.of(version) }).byDefault(AppArmorProfile.runtimeDefault());
  return chart.toJson() as JsonObject[];
}

MANIFESTS.describe('manifests of other projects', () => {
  const cases = files.flatMap((file) => ['>=1.30', '<=1.29'].map((version) => [file, version] as const));

  test.each(cases)('%s for Kubernetes %s: every pod is confined, nothing else changes', (file, version) => {
    const before = included(file);
    const after = included(file, version);
    expect(withoutAppArmor(after)).toEqual(withoutAppArmor(before));
    after.forEach((object, index) => podTemplates(object).forEach(({ template }, place) => {
      const original = podTemplates(before[index])[place].template;
      if (isWindows(original) || saysProfile(original)) return;
      for (const { profile } of effectiveProfiles(template)) expect(profile).toEqual({ type: 'RuntimeDefault' });
      expect(admitPod(template, object.kind === 'Pod', RELEASE).errors).toEqual([]);
    }));
    expect(after.flatMap(podTemplates).length).toBeGreaterThan(0);
  });
});
