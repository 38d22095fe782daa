import * as pulumi from '@pulumi/pulumi';
import { combine, settle, VALUE } from './settle';

const WORD = /k8s-apparmor-placeholder-(\d+)-end/;
const BEGIN = 'k8s-apparmor-placeholder-';

/**
 * Lets plain code build objects out of Inputs: it is given a word for each Output, and in what it built the Output takes the word's
 * place, alone or within a text. So an unknown or secret value stays where it is put and spreads no further.
 */
export class Placeholders {
  private readonly outputs: pulumi.Output<unknown>[] = [];

  /**
   * A text as it is, or the word for it.
   *
   * @param check throws where the text cannot be used; at once, or when the Output is known
   */
  text(value: pulumi.Input<string>, check: (text: string) => void = () => {}): string {
    return this.wordFor(value, check, (plain) => plain) as string;
  }

  /** A number as it is, or the word for it: what is built may only print it. */
  printed(value: pulumi.Input<number>, check: (number: number) => void = () => {}): number {
    return this.wordFor(value, check, String) as number;
  }

  /** A map of texts, which may be an Output as a whole: what is built may only copy its entries. */
  map(value: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>): Record<string, string> {
    const given = settle(value, VALUE);
    if (pulumi.Output.isInstance(given)) {
      const word = this.wordFor(given, () => {}, (plain) => plain) as string;
      return { [word]: word };
    }
    return Object.fromEntries(Object.entries(given as Record<string, pulumi.Input<string>>).map(([key, text]) => [key, this.text(text)]));
  }

  /** What was built, with the Outputs in their places. */
  fill<Built>(built: Built): Built {
    return this.outputs.length === 0 ? built : this.filled(built) as Built;
  }

  private wordFor<Value>(value: pulumi.Input<Value>, check: (plain: Value) => void, print: (plain: Value) => unknown): unknown {
    const given = settle(value, VALUE);
    if (!pulumi.Output.isInstance(given)) {
      check(given as Value);
      return given;
    }
    this.outputs.push(given.apply((plain) => {
      check(plain as Value);
      return print(plain as Value);
    }));
    return `${BEGIN}${this.outputs.length - 1}-end`;
  }

  private filled(value: unknown): unknown {
    if (typeof value === 'string') return value.includes(BEGIN) ? this.filledText(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.filled(item));
    if (typeof value !== 'object' || value === null || pulumi.Output.isInstance(value)) return value;
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, this.filled(inner)]);
    if (!entries.some(([key]) => WORD.test(key))) return Object.fromEntries(entries);
    const maps = entries.map(([key, inner]) => (WORD.test(key) ? inner : { [key]: inner }));
    return combine(maps, (plain) => Object.assign({}, ...plain));
  }

  private filledText(text: string): unknown {
    const parts = text.split(WORD).map((part, index) => (index % 2 === 1 ? this.outputs[Number(part)] : part)).filter((part) => part !== '');
    return parts.length === 1 ? parts[0] : combine(parts, (plain) => plain.join(''));
  }
}
