import { byComponent, rewriting } from './step';

/** What only a debugger opens: of the one process that was seen. */
const NEVER = /^\/proc\/\d+\/(?:task\/\d+\/)?(?:mem|root|cwd)(?:\/|$)/;
const NUMBER = /^\d+$/;

/** Directories of the kernel whose numbered entries are all alike: terminals, file descriptors, processors, users' run directories. */
const NUMBERED: ReadonlyArray<readonly [parent: RegExp, name: RegExp, pattern: string]> = [
  [/^\/proc$/, NUMBER, '[0-9]*'],
  [/^\/proc\/(?:\[0-9\]\*|self)\/task$/, NUMBER, '[0-9]*'],
  [/^\/proc\/(?:\[0-9\]\*|self)\/(?:task\/\[0-9\]\*\/)?(?:fd|fdinfo|map_files)$/, NUMBER, '[0-9]*'],
  [/^\/dev\/pts$/, NUMBER, '[0-9]*'],
  [/^\/run\/user$/, NUMBER, '[0-9]*'],
  [/^\/sys\/devices\/system\/cpu$/, /^cpu\d+$/, 'cpu[0-9]*'],
  [/^\/sys\/devices\/system\/node$/, /^node\d+$/, 'node[0-9]*'],
];

const PLACES = /^\/(?:proc|dev|sys|run)\//;

/** `/proc/4242/status` becomes a pattern: the number is another one after each start. */
export const kernelNumbers = rewriting({
  name: 'kernel-numbers',
  summary: 'Numbers of processes, threads, descriptors, terminals and processors: the next start has others.',
  from: 'balanced',
}, (pattern) => {
  if (!PLACES.test(pattern) || NEVER.test(pattern)) {
    return undefined;
  }
  return byComponent(pattern, (component, before) => {
    const parent = before.join('/');
    const found = NUMBERED.find(([place, name]) => place.test(parent) && name.test(component));
    return found === undefined ? component : found[2];
  });
});
