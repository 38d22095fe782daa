import { cdk8s, javascript } from 'projen';

/** Parts that jsii does not compile: they build on npm packages which exist in no other language. */
const TYPESCRIPT_ONLY = ['plus', 'pulumi', 'jest', 'cli'];

/** The releases of cdk8s-plus that have an entry point of their own. */
const PLUS: Record<string, string> = {
  28: '^2.5.6', 29: '^2.6.0', 30: '^2.4.10', 31: '^2.6.43', 32: '^2.5.92', 33: '^2.5.57', 34: '^2.0.54',
};

/** What may not import what (the arrows of ARCHITECTURE.md): folder → folders that it must not reach. */
const FORBIDDEN_IMPORTS: Record<string, string[]> = {
  diagnostics: ['language', 'rules', 'automaton', 'decide', 'lint', 'learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  automaton: ['diagnostics', 'language', 'rules', 'decide', 'lint', 'learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  language: ['decide', 'lint', 'learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  rules: ['decide', 'lint', 'learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  decide: ['lint', 'learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  lint: ['learn', 'profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  learn: ['profile', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  profile: ['learn', 'manifests', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  manifests: ['language', 'rules', 'automaton', 'decide', 'lint', 'learn', 'profile', 'cdk8s', 'plus', 'pulumi', 'jest', 'cli'],
  cdk8s: ['language', 'rules', 'automaton', 'decide', 'lint', 'learn', 'plus', 'pulumi', 'jest', 'cli'],
  plus: ['language', 'rules', 'automaton', 'decide', 'lint', 'learn', 'pulumi', 'jest', 'cli'],
  pulumi: ['language', 'rules', 'automaton', 'decide', 'lint', 'learn', 'cdk8s', 'plus', 'jest', 'cli'],
  jest: ['plus', 'pulumi', 'cli'],
};

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'k8s-apparmor',
  description: 'Confinement by default: AppArmor profiles, their loader and the pods they hold, as typed code.',
  author: 'The k8s-apparmor authors',
  authorAddress: 'k8s-apparmor@users.noreply.github.com',
  repositoryUrl: 'https://github.com/k8s-apparmor/k8s-apparmor.git',
  defaultReleaseBranch: 'main',
  license: 'Apache-2.0',
  copyrightOwner: 'The k8s-apparmor authors',
  keywords: ['cdk8s', 'kubernetes', 'apparmor', 'security', 'confinement', 'pulumi'],

  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.16.0',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',

  // The least versions that exist in the registries of all four languages.
  cdk8sVersion: '2.68.91',
  constructsVersion: '10.5.1',

  bundledDeps: ['commander@^14', 'diff@^9', 'yaml@^2'],
  devDeps: [
    'cdk8s@^2.70.0',
    ...Object.entries(PLUS).map(([release, version]) => `cdk8s-plus-${release}@${version}`),
    '@jest/globals@^30',
    'fast-check@^4',
    'ajv@^8',
    '@types/node@^20',
    // The last line of the SDK for Node 20.
    '@pulumi/pulumi@~3.248.0',
    '@pulumi/kubernetes@^4.34.2',
    '@pulumi/policy@^1.21.0',
    // What the stand-in provider of the tests speaks.
    '@grpc/grpc-js@^1.10.1',
    'google-protobuf@^3.21.4',
  ],

  publishToPypi: { distName: 'k8s-apparmor', module: 'k8s_apparmor' },
  publishToMaven: {
    javaPackage: 'io.github.k8sapparmor',
    mavenGroupId: 'io.github.k8s-apparmor',
    mavenArtifactId: 'k8s-apparmor',
  },
  publishToGo: { moduleName: 'github.com/k8s-apparmor/k8s-apparmor-go', packageName: 'k8sapparmor' },

  excludeTypescript: TYPESCRIPT_ONLY.map((part) => `src/${part}/**`),
  bin: { 'k8s-apparmor': 'bin/k8s-apparmor' },

  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      testPathIgnorePatterns: ['/node_modules/', '/test/(parser|kernel|node|cluster|languages)/'],
      modulePathIgnorePatterns: ['<rootDir>/(dist|lib|cdk\\.out)/', '<rootDir>/examples/.*/node_modules/'],
      globalSetup: '<rootDir>/test/support/scratch-folder.js',
      reporters: [new javascript.JestReporter('<rootDir>/test/support/skips-reporter.js')],
      maxWorkers: 2,
      collectCoverage: false,
      moduleNameMapper: {
        '^k8s-apparmor$': '<rootDir>/src/index.ts',
        '^k8s-apparmor/(plus\\d+)$': '<rootDir>/src/plus/$1.ts',
        '^k8s-apparmor/(pulumi|jest)$': '<rootDir>/src/$1/index.ts',
        '^k8s-apparmor/pulumi-policy$': '<rootDir>/src/pulumi/policy-pack.ts',
      },
    },
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'examples', 'scripts', 'benchmark', 'templates'],
    commandOptions: { fix: false },
    projectService: false,
    tsconfigPath: './test/tsconfig.json',
  },

  github: false,
  release: false,
  depsUpgrade: false,
  sampleCode: false,
  integrationTestAutoDiscover: false,
});

project.package.addField('overrides', { 'unrs-resolver': '1.12.2' });
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  ...Object.fromEntries(Object.keys(PLUS).map((release) => [
    `./plus${release}`, { types: `./lib/plus/plus${release}.d.ts`, default: `./lib/plus/plus${release}.js` },
  ])),
  './pulumi': { types: './lib/pulumi/index.d.ts', default: './lib/pulumi/index.js' },
  './pulumi-policy': { types: './lib/pulumi/policy-pack.d.ts', default: './lib/pulumi/policy-pack.js' },
  './jest': { types: './lib/jest/index.d.ts', default: './lib/jest/index.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.warnings.jsii.js': './.warnings.jsii.js',
});
project.package.addField('typesVersions', {
  '*': {
    ...Object.fromEntries(Object.keys(PLUS).map((release) => [`plus${release}`, [`./lib/plus/plus${release}.d.ts`]])),
    'pulumi': ['./lib/pulumi/index.d.ts'],
    'pulumi-policy': ['./lib/pulumi/policy-pack.d.ts'],
    'jest': ['./lib/jest/index.d.ts'],
  },
});

// Tests only transpile; types are checked by the compiler and by ESLint's task below.
project.tsconfigDev.file.addOverride('compilerOptions.isolatedModules', true);
project.tsconfigDev.file.addOverride('compilerOptions.paths', {
  'k8s-apparmor': ['../src/index.ts'],
  'k8s-apparmor/plus*': ['../src/plus/plus*.ts'],
  'k8s-apparmor/pulumi': ['../src/pulumi/index.ts'],
  'k8s-apparmor/pulumi-policy': ['../src/pulumi/policy-pack.ts'],
  'k8s-apparmor/jest': ['../src/jest/index.ts'],
});
for (const dir of ['src', 'benchmark', 'examples', 'scripts', 'templates']) {
  project.tsconfigDev.addInclude(`../${dir}/**/*.ts`);
}
project.tsconfigDev.addInclude('../.projenrc.ts');

// jsii overwrites what tsc re-emits, so tsc goes first.
project.compileTask.prependExec('tsc -p tsconfig.entrypoints.json');
project.compileTask.exec('node scripts/strip-source-maps.js');

const REAL: Record<string, string> = {
  parser: 'Compares with the real apparmor_parser in three generations.',
  kernel: 'Runs confined programs under real AppArmor kernels in virtual machines.',
  cluster: 'Applies everything to real API servers.',
  languages: 'Builds, installs and runs the Python, Java and Go packages.',
};
project.addTask('test:node', {
  description: 'Runs the loader and confined pods on real nodes in virtual machines.', exec: 'node scripts/test-node.js', receiveArgs: true,
});
for (const [level, description] of Object.entries(REAL)) {
  project.addTask(`test:${level}`, {
    description,
    exec: `jest --roots "<rootDir>/test/${level}" --testPathIgnorePatterns /node_modules/ --runInBand`,
    receiveArgs: true,
  });
}
const scripts: Record<string, [string, string]> = {
  typecheck: ['Checks the types of sources and tests.', 'tsc -p test/tsconfig.json'],
  demo: ['Builds the library, synthesises the examples and says what they are.', 'node scripts/demo.js'],
  benchmark: ['Prints speed as ratios, each beside what it was compared to.', 'ts-node -T -P test/tsconfig.json benchmark/run.ts'],
  docs: ['Writes the pages that are made from the code.', 'ts-node -T -P test/tsconfig.json scripts/docs.ts'],
  conformance: ['Compares the checker with outside cases (APPARMOR_CONFORMANCE).', 'ts-node -T -P test/tsconfig.json scripts/conformance.ts'],
};
for (const [name, [description, exec]] of Object.entries(scripts)) {
  project.addTask(name, { description, exec, receiveArgs: true });
}
// jsii takes no optional peers, so they are in the published manifest only.
project.package.setScript('prepack', 'node scripts/published-peers.js add');
project.package.setScript('postpack', 'node scripts/published-peers.js remove');
project.testTask.spawn(project.tasks.tryFind('typecheck')!);

project.eslint?.addRules({
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'import/no-cycle': ['error'],
  'import/no-restricted-paths': ['error', {
    zones: Object.entries(FORBIDDEN_IMPORTS).map(([target, from]) => ({
      target: `./src/${target}`,
      from: from.map((folder) => `./src/${folder}`),
      message: 'Imports follow the arrows of ARCHITECTURE.md.',
    })),
  }],
});
project.eslint?.addOverride({ files: ['test/**'], rules: { 'max-lines': 'off' } });
for (const part of [...TYPESCRIPT_ONLY.map((name) => `src/${name}/**`), 'scripts/**', 'benchmark/**', 'examples/**', 'templates/**']) {
  project.eslint?.allowDevDeps(part);
}

for (const path of ['.ci', 'benchmark', 'scripts', 'examples', 'docs', 'tsconfig.entrypoints.json', 'CONTRIBUTING.md']) {
  project.addPackageIgnore(path);
}
project.gitignore.exclude('cdk8s.out', 'examples/*/dist', '*.tgz');
// What a pipeline of the examples learns from is a log, and belongs to the example.
project.gitignore.include('/examples/**/*.log');

project.synth();
