// Builds the library, synthesises the examples and says what came out. `--no-build` takes the library as it was built last;
// `--expected` also writes the examples' folders "expected", for a reviewed change of the output.
const { spawnSync } = require('child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('fs');
const { join, relative } = require('path');
const { withoutProgram } = require('./expected-output');

const ROOT = join(__dirname, '..');
const EXAMPLES = ['web-shop', 'existing-manifests', 'complain-first'];
const OPTIONS = process.argv.slice(2);

function run(command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}\n"${command} ${args.join(' ')}" failed: see above.\n`);
  process.exit(1);
}

function build() {
  if (OPTIONS.includes('--no-build') && existsSync(join(ROOT, 'lib', 'index.js'))) return;
  process.stderr.write('Building the library (half a minute) ...\n');
  run(process.execPath, [join(ROOT, 'node_modules', 'projen', 'bin', 'projen'), 'compile']);
}

/** @returns {string} the folder with the YAML */
function synthesise(example) {
  const outdir = join(ROOT, 'examples', example, 'dist');
  rmSync(outdir, { recursive: true, force: true });
  const tsNode = join(ROOT, 'node_modules', 'ts-node', 'dist', 'bin.js');
  run(process.execPath, [tsNode, '-T', '-P', join('test', 'tsconfig.json'), join('examples', example, 'main.ts')], { CDK8S_OUTDIR: outdir });
  return outdir;
}

function keepExpected(example, outdir) {
  const expected = join(ROOT, 'examples', example, 'expected');
  rmSync(expected, { recursive: true, force: true });
  mkdirSync(expected);
  for (const file of readdirSync(outdir)) {
    writeFileSync(join(expected, file), withoutProgram(readFileSync(join(outdir, file), 'utf8')));
  }
}

function table(rows) {
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()}`).join('\n');
}

/** Every workload with the profiles of its containers, by the library's own reading of the YAML. */
function workloads(objects) {
  const { podTemplates } = require('../lib/manifests/pod-template');
  const { effectiveProfiles } = require('../lib/manifests/confine-pod');
  const { isWindows } = require('../lib/manifests/pod-spec');
  const { describeProfile } = require('../lib/manifests/profile-reference');
  return objects.filter((object) => !isOurs(object)).flatMap((object) => podTemplates(object)).flatMap(({ template, workload }) =>
    effectiveProfiles(template).map(({ container, profile }) => [
      workload.namespace ?? '-',
      `${workload.kind}/${workload.name}`,
      container.name,
      profile ? describeProfile(profile) : isWindows(template) ? '(none: Windows)' : '(none: what the runtime does by itself)',
    ]));
}

const DENIAL_LOG = 'k8s-apparmor-denial-log';

const DISTRIBUTES = {
  Namespace: () => 'lets the pods below in, by its Pod Security label',
  ServiceAccount: () => 'gives them no rights',
  ConfigMap: describeConfigMap,
  DaemonSet: ({ metadata }) => (metadata.name === DENIAL_LOG ? 'writes what each node\'s kernel logs of profiles'
    : 'loads them on every node, and again if somebody removes them'),
};

/** Whether an object is one that brings profiles to the nodes. */
const isOurs = ({ metadata }) => metadata?.labels?.['app.kubernetes.io/name']?.startsWith('k8s-apparmor') === true;

function describeConfigMap({ data }) {
  if ('denial-log.sh' in data) return 'holds the program of the denial log';
  if ('wanted' in data) return 'holds the program of the loader, and which profiles it has to load';
  return `carries ${Object.keys(data).join(', ')}`;
}

function distributors(objects) {
  return objects.filter(isOurs).map((object) => [`${object.kind}/${object.metadata.name}`, DISTRIBUTES[object.kind]?.(object) ?? '']);
}

function report(example, outdir) {
  const { Yaml } = require('cdk8s');
  const files = readdirSync(outdir).sort();
  const objects = files.flatMap((file) => Yaml.load(join(outdir, file)));
  const folder = relative(ROOT, outdir);
  return [
    `examples/${example}`,
    '',
    'Which workload runs under which profile:',
    table([['NAMESPACE', 'WORKLOAD', 'CONTAINER', 'PROFILE'], ...workloads(objects)]),
    '',
    'What brings the profiles to the nodes:',
    table([['OBJECT', 'WHAT IT DOES'], ...distributors(objects)]),
    '',
    'Where the YAML is:',
    ...files.map((file) => `  ${folder}/${file}`),
    '',
    'What to run next:',
    `  kubectl apply -f ${folder}/security.k8s.yaml`,
    '  kubectl -n k8s-apparmor rollout status daemonset',
    `  kubectl apply -f ${folder}/`,
  ].join('\n');
}

build();
const reports = EXAMPLES.map((example) => {
  const outdir = synthesise(example);
  if (OPTIONS.includes('--expected')) keepExpected(example, outdir);
  return report(example, outdir);
});
process.stdout.write(`${reports.join('\n\n\n')}\n`);
