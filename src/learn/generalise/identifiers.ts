import { isLibraryPath } from './boundaries';
import { byComponent, rewriting } from './step';

const UUID = /[0-9a-f]{8}([-_])[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}/g;
const UPPER_UUID = /[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}/g;
/** Hashes and ids of containers, 32 digits and more; such a run is no part of a longer word. */
const HASH = /(?<![0-9A-Za-z])(?:[0-9a-f]{32,}|[0-9A-F]{32,})(?![0-9A-Za-z])/g;
const DECIMAL = /(?<![0-9A-Za-z])\d{32,}(?![0-9A-Za-z])/;
/** Stores by content keep an object under the first two digits of its hash: `ab/cdef…`. */
const SHARD = /\/[0-9a-f]{2}\/(?=(?:[0-9a-f]{38}|[0-9a-f]{62}|[0-9a-f]{64})(?:[./]|$))/g;
/** A long number between marks: addresses and times in temporary names, `a.pyc.139891694211632`. */
const NUMBER_PART = /(?<=[.-])\d{12,31}(?=$|[.-])/g;
/** A component that is a long number: database files, sequence numbers. */
const LONG_NUMBER = /^\d{5,31}$/;

/** What all of these have. */
const CANDIDATE = /[0-9A-Fa-f]{8}|\/\d{5}/;

const HEX = '[0-9a-f]*';

/**
 * Names that are unique by how they are made; the pattern keeps their shape and stays inside of the component. What is mapped as code
 * keeps its name where no libraries are: a pattern could match what somebody may write.
 */
export const identifiers = rewriting({
  name: 'identifiers',
  summary: 'UUIDs, hashes, ids of containers and long numbers: unique by how they are made.',
  from: 'balanced',
}, (pattern) => (CANDIDATE.test(pattern) ? byComponent(pattern.replace(SHARD, '/[0-9a-f][0-9a-f]/'), (component, before) => {
  if (isKernels(before)) {
    return identified(component);
  }
  return LONG_NUMBER.test(component) ? '[0-9]*' : identified(component).replace(NUMBER_PART, '[0-9]*');
}) : undefined), (pattern) => (isLibraryPath(pattern) ? 'mrwalk' : 'rwalk'));

/** UUIDs and hashes are nobody's choice, not even in `/sys`. */
function identified(component: string): string {
  return component
    .replace(UUID, (_, dash: string) => [HEX, HEX, HEX, HEX, HEX].join(dash))
    .replace(UPPER_UUID, Array(5).fill('[0-9A-F]*').join('-'))
    .replace(HASH, (hash) => (DECIMAL.test(hash) ? '[0-9]*' : hash === hash.toLowerCase() ? HEX : '[0-9A-F]*'));
}

/** In `/proc` and `/sys` a number says which one. */
function isKernels(before: readonly string[]): boolean {
  return before[1] === 'proc' || before[1] === 'sys' || before[1] === 'dev';
}
