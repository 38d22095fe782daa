import { AppArmorProfile, NetworkFamily, ProfileMode, Rule, SocketType } from 'k8s-apparmor';

/** What its authors knew that the program needs. */
const KNOWN = [
  Rule.execute('/usr/local/bin/orders'),
  Rule.read('/etc/orders/**'),
  Rule.network(NetworkFamily.INET, SocketType.STREAM),
];

/** What a week of complaining showed (learnt.txt), as its reviewers took it. */
const LEARNT = [
  Rule.read('/etc/ssl/certs/ca-certificates.crt'),
  Rule.read('/etc/{hosts,resolv.conf}'),
  Rule.network(NetworkFamily.INET, SocketType.DGRAM),
];

/** The first generation: AppArmor allows and logs what no rule allows. */
export const complaining = new AppArmorProfile({ name: 'orders', mode: ProfileMode.COMPLAIN, rules: KNOWN });

/** The second one. Another content, thus another name: it is loaded beside the first. */
export const enforcing = new AppArmorProfile({ name: 'orders', mode: ProfileMode.ENFORCE, rules: [...KNOWN, ...LEARNT] });
