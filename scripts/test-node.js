// Runs the tests of real nodes: two files at once, because a virtual machine has work for one core most of the time; then one by one those
// that start two machines themselves, or measure. With arguments, one jest with these.
const { spawnSync } = require('child_process');
const { join } = require('path');

const ROOT = join(__dirname, '..');
const ALONE = ['test/node/loader-faults\\.test', 'test/node/figures\\.test'];
const IGNORED = ['--testPathIgnorePatterns', '/node_modules/'];

function jest(...args) {
  const command = [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--roots', '<rootDir>/test/node', ...args];
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

const given = process.argv.slice(2);
const runs = given.length > 0
  ? [[...IGNORED, '--runInBand', ...given]]
  : [[...IGNORED, ...ALONE, '--maxWorkers=2'], [...IGNORED, '--runInBand', '--testPathPatterns', ...ALONE]];
process.exitCode = Math.max(...runs.map((args) => jest(...args)));
