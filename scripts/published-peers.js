// Puts the optional peers of the TypeScript-only entry points into package.json while it is packed, and takes them out again.
const { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } = require('fs');
const { join } = require('path');

const MANIFEST = join(__dirname, '..', 'package.json');
/** Where no package takes it along. */
const KEPT = join(__dirname, '..', 'node_modules', '.package.json.kept');
const OPTIONAL = /^(cdk8s-plus-\d+|@pulumi\/(pulumi|kubernetes|policy)|@jest\/globals)$/;
/** Wider than what is developed with: whoever uses one part has its peers, and nobody gets those of another part. */
const RANGES = { '@pulumi/pulumi': '^3.142.0', '@pulumi/kubernetes': '^4.18.0', '@pulumi/policy': '^1.13.0' };
const ALSO_OPTIONAL = ['cdk8s', 'constructs'];

function add() {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const optional = Object.entries(manifest.devDependencies).filter(([name]) => OPTIONAL.test(name))
    .map(([name, range]) => [name, RANGES[name] ?? range]);
  manifest.peerDependencies = { ...manifest.peerDependencies, ...Object.fromEntries(optional) };
  manifest.peerDependenciesMeta = Object.fromEntries([...ALSO_OPTIONAL, ...optional.map(([name]) => name)].map((name) => [name, { optional: true }]));
  if (!existsSync(KEPT)) copyFileSync(MANIFEST, KEPT);
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function remove() {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
}

const actions = { add, remove };
const action = actions[process.argv[2]];
if (!action) {
  process.stderr.write('usage: published-peers.js add|remove\n');
  process.exitCode = 2;
} else {
  action();
}
