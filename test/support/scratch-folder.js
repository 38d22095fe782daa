/** One folder for the temporary files of a test run, in which `os.tmpdir()` of every test lies: nothing stays behind. */
const { mkdtempSync, realpathSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'k8s-apparmor-tests-'));
  process.env.TMPDIR = folder;
  // Also where the run is interrupted, when no teardown comes.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
};
