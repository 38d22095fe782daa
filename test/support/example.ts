import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { JsonObject } from '../../src/manifests/json';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');

/** Runs an example's program, and gives the folder with its output: one of its own. */
export function synthesiseExample(name: string): string {
  const outdir = mkdtempSync(join(tmpdir(), `${name}-`));
  process.env.CDK8S_OUTDIR = outdir;
  try {
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      require(join(EXAMPLES, name, 'main'));
    });
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
  return outdir;
}

/** The objects of the README's smallest program. */
export function smallestProgram(): JsonObject[] {
  const readme = readFileSync(join(EXAMPLES, '..', 'README.md'), 'utf8');
  const source = /^```ts\n([^]*?)^```$/m.exec(readme)?.[1] ?? '';
  const outdir = mkdtempSync(join(tmpdir(), 'readme-'));
  const { outputText } = transpileModule(source, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
  process.env.CDK8S_OUTDIR = outdir;
  try {
    new Function('require', 'exports', outputText)((name: string) => jest.requireActual(name), {});
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
  return objectsOf(outdir);
}

/** The objects of an example, in the order of its files. */
export function exampleObjects(name: string): JsonObject[] {
  return objectsOf(synthesiseExample(name));
}

function objectsOf(outdir: string): JsonObject[] {
  return readdirSync(outdir).sort().flatMap((file) => Yaml.load(join(outdir, file)) as JsonObject[]);
}
