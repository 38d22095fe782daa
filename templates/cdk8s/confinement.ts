import { type App, Chart } from 'cdk8s';
import { AppArmorProfile, AppArmorProfileBundle, Confinement, ProfileBase, ProfileMode, Rule } from 'k8s-apparmor';

/** What the web server may do beside what the container runtime's default allows. It only logs until the mode is ENFORCE. */
export const web = new AppArmorProfile({
  name: 'web',
  base: ProfileBase.RUNTIME_DEFAULT,
  mode: ProfileMode.COMPLAIN,
  rules: [Rule.write('/etc/**').deny().audit()],
});

/** The loader's name, and those of all that belongs to it: no other program may have it in the same cluster. */
const BUNDLE = 'apparmor-profiles';

/** Brings the profiles to the nodes, and gives every workload of the app the container runtime's default profile. */
export function confine(app: App): Confinement {
  new AppArmorProfileBundle(new Chart(app, 'apparmor'), 'profiles', { name: BUNDLE, profiles: [web] });
  return Confinement.of(app).byDefault(AppArmorProfile.runtimeDefault());
}
