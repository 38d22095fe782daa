/**
 * Reads as little as possible out of Pulumi's inputs. An Output that is looked into spreads: what is made from it is unknown
 * until it is known and secret if it is secret. So only the parts that a decision rests on are waited for, named by a
 * shape, and every other Output stays where it stands, untouched.
 */
import * as pulumi from '@pulumi/pulumi';

/** Which parts of a value are looked at; what a shape does not name is left alone. */
export interface Shape {
  /** Of an object: these fields. */
  readonly fields?: Readonly<Record<string, Shape>>;
  /** Of an object: the fields whose names begin like this, as whole values. */
  readonly prefix?: string;
  /** Of a list: every item. */
  readonly items?: Shape;
  /** Everything in it. */
  readonly deep?: boolean;
}

/** The value itself, however it is given. */
export const VALUE: Shape = {};

/** Everything in the value. */
export const DEEP: Shape = { deep: true };

/**
 * The value with the parts of the shape plain: as it is where they were plain already, else as an Output of it. Outputs in
 * other parts stay Outputs.
 */
export function settle(value: unknown, shape: Shape): unknown {
  const output = asOutput(value);
  if (output) return output.apply((inner) => settle(inner, shape));
  if (typeof value !== 'object' || value === null || pulumi.Resource.isInstance(value)) return value;
  if (Array.isArray(value)) {
    const items = shape.deep ? DEEP : shape.items;
    return items ? combine(value.map((item) => settle(item, items)), (plain) => keep(value, plain)) : value;
  }
  const keys = Object.keys(value).filter((key) => shapeOf(shape, key));
  const record = value as Record<string, unknown>;
  return combine(keys.map((key) => settle(record[key], shapeOf(shape, key)!)), (plain) => replaced(record, keys, plain));
}

function shapeOf(shape: Shape, key: string): Shape | undefined {
  if (shape.deep) return DEEP;
  if (shape.prefix !== undefined && key.startsWith(shape.prefix)) return VALUE;
  return shape.fields && Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
}

/** The part at the end of a path of keys changed, waiting for no more than the path itself. */
export function mapAt(value: unknown, path: readonly string[], change: (part: unknown) => unknown): unknown {
  const output = asOutput(value);
  if (output) return output.apply((inner) => mapAt(inner, path, change));
  if (path.length === 0) return change(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, path[0])) return value;
  const record = value as Record<string, unknown>;
  const changed = mapAt(record[path[0]], path.slice(1), change);
  return changed === record[path[0]] ? value : { ...record, [path[0]]: changed };
}

/** One value of several, each plain or an Output; plain if all are. Outputs inside the values stay. */
export function combine(values: readonly unknown[], build: (plain: readonly unknown[]) => unknown): unknown {
  if (!values.some((value) => pulumi.Output.isInstance(value))) return build(values);
  // `pulumi.all` looks into objects, but not into functions: boxed like this, Outputs deeper down keep to themselves.
  const boxes = values.map((value) => pulumi.Output.isInstance(value) ? value.apply((plain) => () => plain) : () => value);
  return (pulumi.all(boxes) as unknown as pulumi.Output<(() => unknown)[]>).apply((open) => build(open.map((unbox) => unbox())));
}

/** The value as an Output where it is an Output or a promise. */
function asOutput(value: unknown): pulumi.Output<unknown> | undefined {
  if (pulumi.Output.isInstance(value)) return value;
  if (!(value instanceof Promise)) return undefined;
  return (pulumi.output(value.then((inner) => () => inner)) as unknown as pulumi.Output<() => unknown>).apply((unbox) => unbox());
}

function keep(old: readonly unknown[], plain: readonly unknown[]): readonly unknown[] {
  return plain.every((item, index) => item === old[index]) ? old : plain;
}

function replaced(record: Record<string, unknown>, keys: readonly string[], plain: readonly unknown[]): Record<string, unknown> {
  if (keys.every((key, index) => record[key] === plain[index])) return record;
  return { ...record, ...Object.fromEntries(keys.map((key, index) => [key, plain[index]])) };
}
