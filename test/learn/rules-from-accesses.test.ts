import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/run-command';

/** The rules that a log of these records gives; each is what follows the record's `apparmor=`. */
async function rules(...records: string[]): Promise<string[]> {
  const lines = records.map((record, at) => `type=AVC msg=audit(1700000000.1:${at}): apparmor=${record} pid=7 comm="c"\n`);
  const { out } = await runCommand(['learn'], lines.join(''));
  return out.split('\n').map((line) => line.trim()).filter((line) => line.endsWith(',') && !line.startsWith('abi '));
}

test.each<[string, string[], string[]]>([
  ['flags of a mount stand in the order of their text', ['"DENIED" operation="mount" profile="p" name="/mnt/b/" srcname="/mnt/a/" flags="rw, rbind"'],
    ['mount options=(rbind, rw) /mnt/a/ -> /mnt/b/,']],
  ['a remount is a mount with a flag, as the kernel says', ['"DENIED" operation="mount" profile="p" name="/mnt/b/" flags="rw, remount"'],
    ['mount options=(remount, rw) -> /mnt/b/,']],
  ['a file system', ['"DENIED" operation="mount" class="mount" profile="p" name="/mnt/b/" fstype="ext4" srcname="/dev/loop0"'],
    ['mount fstype=ext4 /dev/loop0 -> /mnt/b/,']],
  ['unmounting', ['"DENIED" operation="umount" class="mount" profile="p" name="/mnt/b/"'], ['umount /mnt/b/,']],
  ['another root', ['"DENIED" operation="pivotroot" profile="p" name="/new/" srcname="/new/old/"'], ['pivot_root oldroot=/new/old/ /new/,']],
  ['a Unix socket is named by its addresses, not by the label of the other end',
    ['"DENIED" operation="connect" profile="p" family="unix" sock_type="stream" protocol=0 requested="send connect" denied="send connect" addr=none peer_addr="@bus" peer="other"'],
    ['unix (connect, send) type=stream addr=none peer=(addr=@bus),']],
  ['an allowed user namespace that is reported stays reported',
    ['"AUDIT" operation="userns_create" class="namespace" profile="unconfined" requested="userns_create" target="t" execpath="/usr/bin/u"'], ['audit userns create,']],
  ['a refused user namespace', ['"DENIED" operation="userns_create" class="namespace" profile="p" requested="userns_create" denied="userns_create"'], ['userns create,']],
  ['a link whose name is used for nothing else', ['"DENIED" operation="link" profile="p" name="/d/new" requested_mask="l" denied_mask="l" fsuid=0 ouid=0 target="/d/old"'],
    ['owner /d/new l,']],
  ['a link whose name has other permissions names both ends', [
    '"DENIED" operation="link" profile="p" name="/d/new" requested_mask="l" denied_mask="l" fsuid=0 ouid=1 target="/d/old"',
    '"DENIED" operation="open" profile="p" name="/d/new" requested_mask="r" denied_mask="r" fsuid=0 ouid=1',
  ], ['link /d/new -> /d/old,', '/d/new r,']],
  ['what a link has beyond its target is a permission of its name',
    ['"DENIED" operation="link" profile="p" name="/d/new" requested_mask="k" denied_mask="k" fsuid=1 ouid=1 target="/d/old"'], ['owner /d/new k,']],
  ['a peer that the loader named has another hash with each version',
    ['"DENIED" operation="signal" profile="p" requested_mask="send" denied_mask="send" signal=term peer="k8s-apparmor.db.0a1b2c3d"'],
    ['signal send set=term peer=k8s-apparmor.db.[0-9a-f]*,']],
  ['a real-time signal', ['"DENIED" operation="signal" profile="p" requested_mask="send" denied_mask="send" signal=rtmin+1 peer="q"'], ['signal send set=(rtmin+1) peer=q,']],
  ['a name on the bus', ['"DENIED" operation="dbus_bind" bus="session" name="org.a" mask="bind" profile="p"'], ['dbus bind bus=session name=org.a,']],
  ['nothing where no mask was denied', ['"DENIED" operation="ptrace" profile="p" peer="q"', '"DENIED" operation="file_inherit" class="file" profile="p" requested_mask="wr"'], []],
  ['nothing where the wanted profile does not exist', ['"DENIED" operation="change_profile" info="label not found" error=-2 profile="p" name="x"'], []],
])('%s', async (_what, records, expected) => {
  expect(await rules(...records)).toEqual(expected);
});

test('a profile that allows a link by its name alone learns nothing from it again', async () => {
  const line = 'type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="link" profile="p" name="/d/new" requested_mask="l" denied_mask="l" fsuid=0 ouid=0 target="/d/old"\n';
  const { out } = await runCommand(['learn'], line);
  expect(out).toContain('  owner /d/new l,\n');
  const file = join(mkdtempSync(join(tmpdir(), 'learn-link-')), 'p');
  writeFileSync(file, out);
  expect(await runCommand(['learn', '--amend', file, '--check'], line)).toMatchObject({ code: 0, out });
});
