import { RecordCache } from '../../../src/learn/sources/record-cache';
import { RecordLayout } from '../../../src/learn/sources/record-layout';
import { auditLine } from '../../support/log-lines';

const SEEN = { record: { event: 'DENIED' }, accesses: [] } as const;

function read(line: string): { bytes: Buffer; view: DataView; layout: RecordLayout } {
  const bytes = Buffer.from(line, 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = new RecordLayout();
  expect(layout.find(bytes, view, 0, bytes.length)).toBe(true);
  return { bytes, view, layout };
}

test('a line that differs in one byte is another one, even where its hash is the same', () => {
  const cache = new RecordCache();
  const line = auditLine({ name: '/srv/data/0123456789abcdef' });
  const { bytes, layout, view } = read(line);
  cache.set(bytes, layout, { seen: SEEN });
  expect(cache.find(view, layout)).toBe(0);
  for (let at = layout.record; at < layout.end; at++) {
    if (at < layout.headEnd || at >= layout.tailStart) {
      const other = Buffer.from(bytes);
      other[at] = other[at] === 0x41 ? 0x42 : 0x41;
      expect(cache.find(new DataView(other.buffer, other.byteOffset, other.byteLength), layout)).toBe(-1);
    }
  }
});

test('another process id or stamp is the same line', () => {
  const cache = new RecordCache();
  const first = read(auditLine({ pid: 7, serial: 1, time: '1.5' }));
  cache.set(first.bytes, first.layout, { seen: SEEN });
  const second = read(auditLine({ pid: 123456, serial: 999, time: '1732435200.123' }));
  expect(cache.find(second.view, second.layout)).toBe(0);
});
