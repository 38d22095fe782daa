import { ChildProcess, spawn, SpawnOptions } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Starts a program that ends with this process, also when it is interrupted. */
export function startOwned(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  if (running.size === 0) watchForEnd();
  const child = spawn(program, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

let watching = false;

function watchForEnd(): void {
  if (watching) return;
  watching = true;
  const endAll = () => running.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', endAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
  }
}
