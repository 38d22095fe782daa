/**
 * Tells events that come a second time: the journal holds an audit event once from the audit transport and once from the
 * kernel's log. Remembers the last events only, which is enough: both copies are written at the same time.
 */
export class SerialFilter {
  private readonly recent = new Set<string>();

  /** Whether the event of a node was here before. */
  public isRepeated(node: string | undefined, time: number, serial: number): boolean {
    const key = `${node ?? ''} ${Math.floor(time)} ${serial}`;
    if (this.recent.has(key)) {
      return true;
    }
    this.recent.add(key);
    if (this.recent.size > REMEMBERED) {
      const [oldest] = this.recent;
      this.recent.delete(oldest!);
    }
    return false;
  }
}

const REMEMBERED = 65_536;
