import { AppArmorProfile, NetworkFamily, ProfileBase, Rule, SocketType } from 'k8s-apparmor';

/** nginx without root: it serves files, writes to its own places, and starts nothing but itself. */
export const nginx = new AppArmorProfile({
  name: 'nginx',
  rules: [
    Rule.execute('/usr/sbin/nginx'),
    Rule.file('/{usr/,}lib{,32,64}/**', 'mr'),
    Rule.read('/etc/ld.so.cache'),
    Rule.read('/etc/{passwd,group,nsswitch.conf,localtime}'),
    Rule.read('/etc/ssl/openssl.cnf'),
    Rule.read('/etc/nginx/**'),
    Rule.read('/usr/share/nginx/html/**'),
    Rule.read('/sys/devices/system/cpu/online'),
    Rule.file('/tmp/**', 'rwk').because('The pid file and what clients send are kept here.'),
    Rule.write('/var/log/nginx/*.log'),
    Rule.write('/dev/{null,stdout,stderr}'),
    Rule.network(NetworkFamily.INET, SocketType.STREAM),
    Rule.network(NetworkFamily.INET6, SocketType.STREAM),
    Rule.unix({ type: SocketType.STREAM }).because('The master process talks with its workers.'),
    Rule.signal({ peer: '@{profile_name}' }).because('The master process stops and reloads its workers.'),
    Rule.read('/etc/nginx/keys/**').deny().audit().because('Keys belong to the gateway: asking for them is an incident.'),
  ],
});

/** The metrics exporter: one static program that talks to the network and touches no file. */
export const exporter = new AppArmorProfile({
  name: 'exporter',
  rules: [
    Rule.execute('/usr/bin/nginx-prometheus-exporter'),
    Rule.read('/etc/{hosts,resolv.conf,nsswitch.conf}'),
    Rule.read('/sys/kernel/mm/transparent_hugepage/hpage_pmd_size'),
    Rule.read('/proc/sys/net/core/somaxconn'),
    Rule.read('/proc/*/{cgroup,mountinfo}').because('Go asks how many processors it may use.'),
    Rule.read('/sys/fs/cgroup/{,**/}cpu.max'),
    Rule.network(NetworkFamily.INET),
    Rule.network(NetworkFamily.INET6),
    Rule.signal({ peer: '@{profile_name}' }),
  ],
});

/** What the runtime's default profile allows, but for the shop's database of customers. */
export const reports = new AppArmorProfile({
  name: 'reports',
  base: ProfileBase.RUNTIME_DEFAULT,
  rules: [Rule.file('/var/lib/shop/customers/**', 'rwklm').deny()],
});
