/** `npm run benchmark [name …]`: runs the benchmarks of this folder, all without names, and prints what each prints. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

async function main(wanted: readonly string[]): Promise<void> {
  const all = readdirSync(__dirname).filter((file) => file.endsWith('.ts') && file !== 'run.ts').map((file) => file.slice(0, -3)).sort();
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no such benchmark: ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  }
  for (const name of wanted.length > 0 ? wanted : all) {
    console.log(`# ${name}`);
    // Not import(): that asks Node's own loader, which knows no TypeScript.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { run } = require(join(__dirname, `${name}.ts`)) as { run: (print: (line: string) => void) => Promise<void> };
    await run((line: string) => console.log(line));
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(String(error.message ?? error));
  process.exitCode = 1;
});
