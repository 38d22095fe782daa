import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, DenialLog, DenialLogProps, Rule } from '../../src';
import { Manifest, readManifests } from '../support/real/loader-pod';

/** What a confined container needs whatever it does: everything, so that one denial is what a test sees. */
export const EVERYTHING = [Rule.file(), Rule.network(), Rule.capability(), Rule.signal(), Rule.ptrace(), Rule.mount(), Rule.umount(), Rule.unix()];

/** As Kubernetes' own end-to-end test has it: one file cannot be written, another one's writing is recorded. */
export const e2e = new AppArmorProfile({
  name: 'e2e',
  rules: [...EVERYTHING, Rule.write('/expect_permission_denied').deny(), Rule.write('/expect_allowed_write').audit()],
});
export const denyWrite = new AppArmorProfile({ name: 'deny-write', rules: [...EVERYTHING, Rule.write('/tmp/**').deny()] });
export const auditWrite = new AppArmorProfile({ name: 'audit-write', rules: [...EVERYTHING, Rule.write('/tmp/**').audit()] });
/** What it denies is in the log, which an explicit denial is not by itself. */
export const audited = new AppArmorProfile({ name: 'audited', rules: [...EVERYTHING, Rule.write('/tmp/**').deny().audit()] });
export const extra = new AppArmorProfile({ name: 'extra', rules: EVERYTHING });

/** A bundle, synthesised, written as YAML, read back. */
export function synthesised(name: string, profiles: AppArmorProfile[]): Manifest[] {
  return written(name, (chart) => new AppArmorProfileBundle(chart, 'profiles', { profiles }));
}

export function denialLog(props: DenialLogProps): Manifest[] {
  return written('denials', (chart) => new DenialLog(chart, 'denials', props));
}

function written(name: string, build: (chart: Chart) => void): Manifest[] {
  const outdir = mkdtempSync(join(tmpdir(), 'k8s-apparmor-synth-'));
  const app = new App({ outdir });
  build(new Chart(app, name));
  app.synth();
  return readManifests(readFileSync(join(outdir, `${name}.k8s.yaml`), 'utf8'));
}

export const localhost = (profile: AppArmorProfile) => ({ type: 'Localhost', localhostProfile: profile.loadedName });
export const annotation = (value: string) => ({ 'container.apparmor.security.beta.kubernetes.io/test': value });
