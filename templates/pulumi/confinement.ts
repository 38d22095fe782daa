import { AppArmorProfile, AppArmorProfileBundle, confineByDefault, ProfileBase, ProfileMode, Rule } from 'k8s-apparmor/pulumi';

/** What the web server may do beside what the container runtime's default allows. It only logs until the mode is ENFORCE. */
export const web = new AppArmorProfile({
  name: 'web',
  base: ProfileBase.RUNTIME_DEFAULT,
  mode: ProfileMode.COMPLAIN,
  rules: [Rule.write('/etc/**').deny().audit()],
});

/** The loader's name, and those of all that belongs to it: no other program may have it in the same cluster. */
const BUNDLE = 'apparmor-profiles';

/** Brings the profiles to the nodes, and gives every workload registered after this call the container runtime's default profile. */
export function confine(): void {
  new AppArmorProfileBundle(BUNDLE, { profiles: [web] });
  confineByDefault({ profile: AppArmorProfile.runtimeDefault() });
}
