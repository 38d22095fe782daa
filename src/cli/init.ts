import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CliCommand, EXIT, examples, UserError } from './command';
import { LONGEST_BUNDLE_NAME } from '../manifests/bundle-name';

type Framework = 'cdk8s' | 'pulumi';

interface TemplateFile {
  readonly path: string;
  /** What it is, for the person who finds it. */
  readonly what: string;
  /** Whether a project that is there already gets it too. */
  readonly always?: boolean;
}

interface Template {
  /** The file that tells a project of this framework. */
  readonly mark: string;
  readonly files: readonly TemplateFile[];
  /** What to do next, in a new project and in an existing one. */
  readonly fresh: readonly string[];
  readonly existing: readonly string[];
}

const CONFINEMENT: TemplateFile = { path: 'confinement.ts', what: 'a profile, its way to the nodes, and the default for everything else', always: true };
const COMMON: readonly TemplateFile[] = [
  { path: 'package.json', what: 'what the program needs' },
  { path: 'tsconfig.json', what: 'how TypeScript reads it' },
  { path: '.gitignore', what: 'what is made and not kept' },
];

const TEMPLATES: Readonly<Record<Framework, Template>> = {
  cdk8s: {
    mark: 'cdk8s.yaml',
    files: [
      CONFINEMENT,
      { path: 'main.ts', what: 'an app with one Deployment' },
      { path: 'cdk8s.yaml', what: 'how to synthesise, and a validation that nothing runs unconfined' },
      ...COMMON,
    ],
    // Not the folder: validations make cdk8s-cli write construct-metadata.json beside the objects, which kubectl refuses. The pattern is kubectl's own.
    fresh: ['npm install', 'npx cdk8s synth', 'kubectl apply -f \'dist/*.yaml\''],
    existing: [
      'npm install k8s-apparmor',
      'in your app, before app.synth():  import { confine } from \'./confinement\';  confine(app);',
      'npx cdk8s synth',
    ],
  },
  pulumi: {
    mark: 'Pulumi.yaml',
    files: [
      CONFINEMENT,
      { path: 'index.ts', what: 'a program with one Deployment' },
      { path: 'Pulumi.yaml', what: 'the project\'s name and its runtime' },
      ...COMMON,
    ],
    fresh: ['npm install', 'pulumi stack init dev', 'pulumi preview'],
    existing: [
      'npm install k8s-apparmor',
      'first in your program:  import { confine } from \'./confinement\';  confine();',
      'pulumi preview',
    ],
  },
};

/** The templates lie in the package; npm leaves out files called `.gitignore`. */
const FOLDER = join(__dirname, '..', '..', 'templates');
const MANIFEST = join(__dirname, '..', '..', 'package.json');

export const command: CliCommand = {
  configure(program) {
    program
      .argument('[folder]', 'where the project is, or shall be', '.')
      .option('--cdk8s', 'for cdk8s (what an empty folder gets)')
      .option('--pulumi', 'for Pulumi')
      .option('--dry-run', 'say what would be written, and write nothing');
    examples(program, [
      ['k8s-apparmor init', 'A small cdk8s app in an empty folder; in a project, one file to call.'],
      ['k8s-apparmor init --pulumi shop', 'A small Pulumi program in the folder shop.'],
      ['k8s-apparmor init --dry-run', 'What it would write here.'],
    ]);
  },

  async run([folder = '.'], options, io) {
    if (options.cdk8s && options.pulumi) throw new UserError('--cdk8s and --pulumi are given together; give one of them');
    if (existsSync(folder) && !statSync(folder).isDirectory()) throw new UserError(`${folder} is a file; name a folder`);
    const framework = frameworkOf(folder, options);
    const template = TEMPLATES[framework];
    const existing = existsSync(join(folder, 'package.json')) || existsSync(join(folder, template.mark));
    const files = template.files.filter(({ always }) => always || !existing);
    for (const { path, what } of files) {
      io.stdout.write(`${place(folder, framework, path, options.dryRun === true)} ${path}: ${what}\n`);
    }
    const steps = existing ? template.existing : template.fresh;
    io.stderr.write(`${options.dryRun ? 'Nothing was written.' : 'No other file was touched.'} Next${folder === '.' ? '' : `, in ${folder}`}:\n`);
    steps.forEach((step) => io.stderr.write(`  ${step}\n`));
    io.stderr.write('The profile only logs at first; `npx k8s-apparmor learn` makes the rules from what was logged, then set ProfileMode.ENFORCE.\n');
    return EXIT.FINE;
  },
};

function frameworkOf(folder: string, options: Readonly<Record<string, unknown>>): Framework {
  if (options.pulumi) return 'pulumi';
  if (options.cdk8s) return 'cdk8s';
  const found = (Object.keys(TEMPLATES) as Framework[]).filter((framework) => existsSync(join(folder, TEMPLATES[framework].mark)));
  if (found.length > 1) throw new UserError(`${folder} holds ${found.map((one) => TEMPLATES[one].mark).join(' and ')}; give --cdk8s or --pulumi`);
  return found[0] ?? 'cdk8s';
}

/** Writes a file where there is none, and says what it did. */
function place(folder: string, framework: Framework, path: string, dryRun: boolean): string {
  const target = join(folder, path);
  const text = readFileSync(join(FOLDER, framework, path.replace(/^\./, '')), 'utf8')
    .replaceAll('{{version}}', version()).replaceAll(TEMPLATE_BUNDLE, bundleName(folder));
  if (dryRun) return existsSync(target) ? 'would keep' : 'would write';
  mkdirSync(dirname(target), { recursive: true });
  try {
    // Not even a link that leads elsewhere is written through.
    writeFileSync(target, text, { flag: 'wx' });
    return 'wrote';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'kept';
    throw new UserError(`${target} cannot be written: ${(error as Error).message}`);
  }
}

/** The name that the templates' bundles have. */
const TEMPLATE_BUNDLE = 'apparmor-profiles';

/** From the project's name, because two programs whose bundles have one name take each other's loader away. */
function bundleName(folder: string): string {
  const project = (packageName(folder) ?? basename(resolve(folder))).replace(/^@[^/]*\//, '').toLowerCase();
  const end = '-profiles';
  const name = project.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, LONGEST_BUNDLE_NAME - end.length).replace(/-$/, '');
  return name === '' ? TEMPLATE_BUNDLE : name + end;
}

function packageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

function version(): string {
  return JSON.parse(readFileSync(MANIFEST, 'utf8')).version;
}
