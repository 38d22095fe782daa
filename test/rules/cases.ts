/** Rules in house style, each once, and what their trees hold. Every family has some: a test sees to it. */
export interface RuleCase {
  readonly text: string;
  readonly rule: Readonly<Record<string, unknown>>;
}

export const cases: readonly RuleCase[] = [
  { text: '/a r,', rule: { type: 'file', path: '/a', permissions: 'r' } },
  { text: 'owner /a mrwk,', rule: { type: 'file', permissions: 'mrwk', qualifiers: { owner: 'owner' } } },
  { text: 'priority=-3 audit deny /a x,', rule: { type: 'file', exec: 'x', qualifiers: { priority: -3, audit: true, access: 'deny' } } },
  { text: '/a rPx -> b,', rule: { type: 'file', permissions: 'r', exec: 'px', scrub: true, target: 'b' } },
  { text: 'unsafe /a ix,', rule: { type: 'file', exec: 'ix', unsafe: true } },
  { text: '"@{A}=/b" r,', rule: { type: 'file', path: '@{A}=/b' } },
  { text: 'mount ":x" -> "/a=b",', rule: { type: 'mount', source: ':x', target: '/a=b' } },
  { text: '/a pux,', rule: { type: 'file', permissions: '', exec: 'pux', scrub: false } },
  { text: '"/a b" r,', rule: { type: 'file', path: '/a b' } },
  { text: '@{HOME}/.x/** rw,', rule: { type: 'file', path: '@{HOME}/.x/**' } },
  { text: 'rl /a -> /b,', rule: { type: 'file', permissions: 'rl', linkTarget: '/b' } },
  { text: 'file,', rule: { type: 'file', permissions: 'mrwlk', exec: 'ix' } },
  { text: 'link subset /a -> /b,', rule: { type: 'link', path: '/a', target: '/b', subset: true } },
  { text: 'audit link /a -> /b,', rule: { type: 'link', subset: false, qualifiers: { audit: true } } },
  { text: 'capability,', rule: { type: 'capability', names: [] } },
  { text: 'deny capability chown setuid,', rule: { type: 'capability', names: ['chown', 'setuid'] } },
  { text: 'network,', rule: { type: 'network', access: [], local: {} } },
  { text: 'network inet stream,', rule: { type: 'network', family: 'inet', socketType: 'stream' } },
  { text: 'network inet6 udp,', rule: { type: 'network', family: 'inet6', protocol: 'udp' } },
  {
    text: 'network (send, receive) inet ip=10.0.0.1 port=80-90 peer=(ip=::1 port=1),',
    rule: { type: 'network', access: ['send', 'receive'], local: { ip: '10.0.0.1', port: '80-90' }, peer: { ip: '::1', port: '1' } },
  },
  {
    text: 'unix (send, receive) type=stream addr=@x peer=(addr=none label=web),',
    rule: { type: 'unix', socketType: 'stream', address: '@x', peerAddress: 'none', peerLabel: 'web' },
  },
  {
    text: 'dbus send bus=system path=/a interface=b.c member=D peer=(name=e label=f),',
    rule: { type: 'dbus', access: ['send'], bus: 'system', path: '/a', interface: 'b.c', member: 'D', peerName: 'e', peerLabel: 'f' },
  },
  { text: 'dbus bind bus=session name=a.b,', rule: { type: 'dbus', access: ['bind'], name: 'a.b' } },
  { text: 'mqueue (create, read) type=posix /q,', rule: { type: 'mqueue', access: ['create', 'read'], queueType: 'posix', name: '/q' } },
  { text: 'mqueue 12,', rule: { type: 'mqueue', access: [], name: '12' } },
  { text: 'signal send set=(term, rtmin+3) peer=web,', rule: { type: 'signal', access: ['send'], signals: ['term', 'rtmin+3'], peer: 'web' } },
  { text: 'ptrace (trace, read) peer=@{profile_name},', rule: { type: 'ptrace', access: ['trace', 'read'], peer: '@{profile_name}' } },
  {
    text: 'mount fstype=(ext4, xfs) options in (ro, nosuid) /dev/** -> /mnt/,',
    rule: {
      type: 'mount',
      operation: 'mount',
      fstype: [{ operator: '=', values: ['ext4', 'xfs'] }],
      options: [{ operator: 'in', values: ['ro', 'nosuid'] }],
      source: '/dev/**',
      target: '/mnt/',
    },
  },
  { text: 'remount options=ro /mnt/,', rule: { type: 'mount', operation: 'remount', target: '/mnt/' } },
  { text: 'umount /mnt/,', rule: { type: 'mount', operation: 'umount', target: '/mnt/' } },
  { text: 'pivot_root oldroot=/old/ /new/ -> p,', rule: { type: 'pivot_root', oldRoot: '/old/', newRoot: '/new/', target: 'p' } },
  { text: 'change_profile unsafe /bin/x -> y,', rule: { type: 'change_profile', mode: 'unsafe', exec: '/bin/x', target: 'y' } },
  { text: 'change_profile,', rule: { type: 'change_profile' } },
  { text: 'userns create,', rule: { type: 'userns', create: true } },
  { text: 'io_uring sqpoll label=x,', rule: { type: 'io_uring', access: ['sqpoll'], label: 'x' } },
  { text: 'audit deny all,', rule: { type: 'all', qualifiers: { audit: true, access: 'deny' } } },
  { text: 'set rlimit as <= 5MB,', rule: { type: 'rlimit', resource: 'as', value: '5', unit: 'MB' } },
  { text: 'set rlimit nice <= -5,', rule: { type: 'rlimit', resource: 'nice', value: '-5' } },
  { text: 'set rlimit cpu <= infinity,', rule: { type: 'rlimit', value: 'infinity' } },
];
