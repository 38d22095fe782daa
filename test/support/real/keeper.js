/**
 * Runs programs for a test and ends them when the test's process ends, however that comes about: it holds the other end of our
 * standard input, which the kernel closes. A handler inside the test's process would not see a `kill -9`.
 *
 * Standard input, first line: {"folder": removed at the end, unless empty}; then one line a program:
 * {"name", "program", "args", "log"}. Standard output: {"started": name, "pid"} and {"ended": name, "code"}, one line each.
 */
const { spawn } = require('node:child_process');
const { openSync, closeSync, rmSync } = require('node:fs');
const { createInterface } = require('node:readline');

const children = new Map();
let folder = '';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdout.on('error', () => {});

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.folder !== undefined) folder = order.folder;
  else if (order.stop !== undefined) children.get(order.stop)?.kill('SIGKILL');
  else start(order);
}).on('close', end);

function start({ name, program, args, log }) {
  const out = openSync(log, 'a');
  // In a group of its own, so that Ctrl-C at the terminal leaves the order of ending to us.
  const child = spawn(program, args, { stdio: ['ignore', out, out], detached: true });
  closeSync(out);
  children.set(name, child);
  child.once('error', (error) => say({ ended: name, code: error.message }));
  child.once('exit', (code, signal) => {
    children.delete(name);
    say({ ended: name, code: code ?? signal });
  });
  say({ started: name, pid: child.pid });
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Newest first: what was started later talks to what was started before. */
async function end() {
  for (const child of [...children.values()].reverse()) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
