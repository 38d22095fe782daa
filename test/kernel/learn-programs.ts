/** A program of Debian and work that shows its behaviour. */
export interface ConfinedProgram {
  readonly name: string;
  readonly packages: readonly string[];
  /** Runs unconfined, before the work. */
  readonly prepare?: string;
  /** `as NAME PROGRAM ARGUMENTS…` runs a program in the profile. What it prints has to be the same each time. */
  readonly work: string;
}

export const PROGRAMS: readonly ConfinedProgram[] = [
  {
    name: 'nginx',
    packages: ['nginx-light', 'curl'],
    prepare: `mkdir -p /srv/nginx/www /var/log/nginx /var/lib/nginx
for page in a b c d e f g h i j k l; do echo "page $page" > /srv/nginx/www/$page.html; done
printf 'user root;\\nerror_log /var/log/nginx/error.log;\\nworker_processes 1;\\npid /run/nginx.pid;\\nevents {}\\nhttp { access_log /var/log/nginx/access.log; server { listen 8080; root /srv/nginx/www; } }\\n' > /srv/nginx/nginx.conf`,
    work: `as nginx /usr/sbin/nginx -c /srv/nginx/nginx.conf 2> /dev/null
for i in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:8080/a.html && break; sleep 0.2; done
for page in a b c d e f g h i j k l none; do curl -s http://127.0.0.1:8080/$page.html | head -n 1; done
as nginx /usr/sbin/nginx -c /srv/nginx/nginx.conf -s quit 2> /dev/null
for i in $(seq 50); do [ -e /run/nginx.pid ] || break; sleep 0.2; done`,
  },
  {
    name: 'redis',
    packages: ['redis-server'],
    prepare: 'rm -rf /srv/redis; mkdir -p /srv/redis',
    work: `as redis /usr/bin/redis-server --port 6399 --dir /srv/redis --save 60 1 --appendonly yes > /dev/null 2>&1 &
REDIS=$!
for i in $(seq 100); do redis-cli -p 6399 ping 2> /dev/null | grep -q PONG && break; sleep 0.2; done
for i in 1 2 3 4 5; do redis-cli -p 6399 set key$i value$i; redis-cli -p 6399 get key$i; done
redis-cli -p 6399 save; redis-cli -p 6399 shutdown; wait $REDIS`,
  },
  {
    name: 'postgres',
    packages: ['postgresql-15'],
    prepare: `grep -q postgres: /etc/passwd || echo postgres:x:110:110::/srv/postgres:/bin/sh >> /etc/passwd
grep -q postgres: /etc/group || echo postgres:x:110: >> /etc/group
rm -rf /srv/postgres; mkdir -p /srv/postgres; chown 110:110 /srv/postgres; chmod 1777 /tmp /dev/shm
owned /usr/lib/postgresql/15/bin/initdb -D /srv/postgres/data -N --no-locale > /run/initdb.log 2>&1 || tail -n 3 /run/initdb.log`,
    work: `echo 'create table t (n int); insert into t select generate_series(1, 2000); select sum(n) from t;' > /run/postgres.sql
as_postgres /usr/lib/postgresql/15/bin/postgres --single -D /srv/postgres/data postgres < /run/postgres.sql 2> /dev/null | grep -c 2001000`,
  },
  {
    name: 'python3',
    packages: ['python3-minimal', 'libpython3.11-stdlib'],
    prepare: 'busybox find /usr/lib/python3* -name __pycache__ -exec rm -rf {} + 2> /dev/null || true',
    work: `as python3 /usr/bin/python3.11 -c '
import json, tempfile, hashlib, sqlite3, threading, socket
for i in range(4):
    with tempfile.NamedTemporaryFile(dir="/var/tmp", mode="w+") as f:
        f.write("x" * i); f.flush(); f.seek(0); print(len(f.read()))
print(json.dumps({"sha": hashlib.sha256(b"x").hexdigest()[:8]}))
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print("listens")
t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()
'`,
  },
  {
    name: 'git',
    packages: ['git'],
    work: `rm -rf /srv/git; mkdir -p /srv/git; cd /srv/git; export GIT_CONFIG_NOSYSTEM=1 GIT_COMMITTER_DATE=2020-01-01T00:00:00Z
G="as git /usr/bin/git -c user.name=a -c user.email=a@b -c init.defaultBranch=main -c gc.auto=0"
$G init -q .
for i in 1 2 3 4 5; do echo $i > file$i; $G add file$i; $G commit -q -m "commit $i" --date=2020-01-01T00:00:0$i; done
$G log --format=%s; $G status --short; cd /`,
  },
  {
    name: 'curl',
    packages: ['curl'],
    prepare: 'mkdir -p /srv/web; echo fetched > /srv/web/index.html; busybox httpd -p 8081 -h /srv/web 2> /dev/null || true',
    work: 'as curl /usr/bin/curl -s http://127.0.0.1:8081/index.html; as curl /usr/bin/curl -s -o /srv/web/copy http://localhost:8081/index.html; cat /srv/web/copy',
  },
  {
    name: 'sqlite3',
    packages: ['sqlite3'],
    work: `rm -rf /srv/sqlite; mkdir -p /srv/sqlite
as sqlite3 /usr/bin/sqlite3 /srv/sqlite/a.db 'create table t (n); insert into t values (1), (2), (3); select sum(n) from t;'
as sqlite3 /usr/bin/sqlite3 /srv/sqlite/a.db 'pragma journal_mode=wal; insert into t values (4); select count(*) from t; vacuum;'`,
  },
  {
    name: 'perl',
    packages: ['perl'],
    work: `as perl /usr/bin/perl -MFile::Temp=tempfile -MDigest::MD5=md5_hex -MPOSIX -e '
for (1..4) { my ($f, $n) = tempfile("work-XXXXXXXX", DIR => "/var/tmp", UNLINK => 1); print $f "x"; close $f; print -s $n, "\\n" }
print md5_hex("x"), "\\n", floor(2.5), "\\n";'`,
  },
  {
    name: 'openssl',
    packages: ['openssl'],
    work: `rm -rf /srv/openssl; mkdir -p /srv/openssl
as openssl /usr/bin/openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /srv/openssl/a.key -out /srv/openssl/a.pem -subj /CN=a -days 1 2> /dev/null
as openssl /usr/bin/openssl x509 -in /srv/openssl/a.pem -noout -subject`,
  },
  {
    name: 'xz',
    packages: ['xz-utils'],
    work: 'rm -rf /srv/xz; mkdir -p /srv/xz; seq 1000 > /srv/xz/a; as xz /usr/bin/xz -k /srv/xz/a; as xz /usr/bin/xz -dc /srv/xz/a.xz | tail -n 1',
  },
  {
    name: 'gawk',
    packages: ['gawk'],
    work: 'seq 100 > /srv/numbers; as gawk /usr/bin/gawk \'{ sum += $1 } END { print sum; print sum > "/srv/sum" }\' /srv/numbers; cat /srv/sum',
  },
  {
    name: 'jq',
    packages: ['jq'],
    work: 'echo \'{"a":[1,2,3]}\' > /srv/a.json; as jq /usr/bin/jq -c \'.a | map(. * 2)\' /srv/a.json',
  },
];

/**
 * Runs all programs' work in their profiles, then the attacks, and prints what came of it in sections.
 *
 * @param rounds how often the work is done: names that are new at every start show only then. What the last one prints counts
 */
export function workScript(attacks: ReadonlyArray<readonly [name: string, command: string]>, rounds: number): string {
  const parts = PROGRAMS.map(({ name, prepare, work }) => `
{ ${prepare ?? ':'}
} < /dev/null
echo "== output ${name}"
mark "begin ${name}"
{ ${work}
} 2>&1
echo done
mark "end ${name}"
`);
  const tries = PROGRAMS.flatMap(({ name }) => attacks.map(([attack, command]) =>
    `if as ${name} /usr/bin/busybox ${command} > /dev/null 2>&1; then echo "== attack ${name}|yes|${attack}"; else echo "== attack ${name}|no|${attack}"; fi`));
  return `
export LC_ALL=C HOME=/root
mkdir -p /srv /etc/ssl /var/tmp; echo 'root:*:19000:0:99999:7:::' > /etc/shadow; echo 127.0.0.1 localhost > /etc/hosts; echo hosts: files > /etc/nsswitch.conf
busybox cat /proc/kmsg > /run/kmsg & KMSG=$!
busybox sleep 3000 & export OUTSIDE=$!
for profile in /profiles/*; do apparmor_parser -aK --config-file /dev/null $profile || echo "== refused $profile"; done
as() { profile=$1; shift; busybox sh -c 'echo "exec learn.$0" > /proc/self/attr/exec; exec "$@"' "$profile" "$@"; }
owned() { /usr/bin/perl -e '$( = 110; $) = "110 110"; $< = 110; $> = 110; exec @ARGV' "$@"; }
as_postgres() { owned busybox sh -c 'echo "exec learn.postgres" > /proc/self/attr/exec; exec "$@"' sh "$@"; }
mark() { echo "mark: $1" > /dev/kmsg; }
round() {
${parts.join('')}
}
for n in $(seq ${rounds - 1}); do round > /dev/null; done
round
mark 'begin attacks'
${tries.join('\n')}
sleep 1
echo "== log"; grep -E 'apparmor=|mark: ' /run/kmsg
`;
}

/** What a run printed, by program. */
export interface Sections {
  /** Records of the work, not of the attacks. */
  readonly log: string;
  output(program: string): string;
  /** Records of a profile during the work. */
  lines(profile: string): number;
  denied(program: string): string[];
  /** Attacks that went through, and how many were tried. */
  succeeded(program: string): string[];
  tried(program: string): number;
}

export function auditSections(text: string): Sections {
  const [work, log = ''] = text.split('== log\n');
  const before = log.split('mark: begin attacks')[0]!;
  const attacks = (program: string) => [...work!.matchAll(/^== attack ([^|]+)\|(yes|no)\|(.*)$/gm)].filter(([, name]) => name === program);
  return {
    log: before,
    output: (program) => new RegExp(`^== output ${program}\n([\\s\\S]*?)(?=^== |$(?![\\s\\S]))`, 'm').exec(work!)?.[1] ?? '',
    lines: (profile) => before.split('\n').filter((line) => line.includes(`profile="${profile}"`) || line.includes(`profile="${profile}//`)).length,
    denied: (program) => before.split('\n').filter((line) => line.includes('apparmor="DENIED"') && line.includes(`profile="learn.${program}`)),
    succeeded: (program) => attacks(program).filter(([, , went]) => went === 'yes').map(([, , , attack]) => attack!),
    tried: (program) => attacks(program).length,
  };
}
