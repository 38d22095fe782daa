import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtOnce } from '../support/real/cache';
import { must } from '../support/real/debian';
import { bootVm, type Kernel } from '../support/real/vm';

/** One question to a real kernel: the label, the bytes that it would match, and who asks. */
export interface KernelQuestion {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Whether the process owns the object (which in this kind of question is root's). */
  readonly owner: boolean;
}

/** Sets of kernel permissions. */
export interface KernelAnswer {
  readonly allow: number;
  readonly audit: number;
  readonly quiet: number;
}

export interface KernelAnswers {
  readonly answers: readonly KernelAnswer[];
  /** What the kernel mediates, in the format of features files. */
  readonly features: string;
  readonly seconds: number;
}

/** Prints the features, loads the policy, and answers what stands in a file by a program. */
const SCRIPT = `
features() {
  for entry in "$1"/*; do
    if [ -d "$entry" ]; then echo "\${entry##*/} {"; features "$entry"; echo "}"
    else echo "\${entry##*/} {$(cat "$entry")}"; fi
  done
}
features /sys/kernel/security/apparmor/features
echo ====
apparmor_parser -aK --config-file /dev/null /vm/policy 2>&1 | head -20
echo ====
/vm/program < /vm/input
`;

/** Loads a policy into a kernel and asks it. */
export async function askKernel(kernel: Kernel, policy: string, questions: readonly KernelQuestion[]): Promise<KernelAnswers> {
  const lines = questions.map(({ label, bytes, owner }) => `${owner ? 0 : 1000} ${label} ${Buffer.from(bytes).toString('hex')}\n`);
  const { lines: answers, ...rest } = await answered(kernel, 'ask-kernel.c', policy, lines.join(''));
  return { ...rest, answers: answers.map(readAnswer) };
}

/** Loads a policy into a kernel and makes the calls of a plan (see try-calls.c). The answers are error numbers, 0 for success. */
export async function tryCalls(kernel: Kernel, policy: string, plan: readonly string[]) {
  const { lines: errors, ...rest } = await answered(kernel, 'try-calls.c', policy, plan.map((line) => `${line}\n`).join(''));
  const other = errors.filter((line) => !/^\d+$/.test(line));
  if (other.length > 0) {
    throw new Error(`kernel ${kernel}: instead of error numbers there is '${other.slice(0, 20).join(' / ')}'`);
  }
  return { ...rest, errors: errors.map(Number) };
}

async function answered(kernel: Kernel, source: string, policy: string, input: string) {
  const files = { '/vm/policy': policy, '/vm/input': input, '/vm/program': { from: program(source) } };
  const boot = async () => bootVm({ kernel, files, script: SCRIPT, timeoutMs: 120_000 });
  let { output, seconds, code } = await boot();
  if (code === null) {
    ({ output, seconds, code } = await boot()); // The emulator has been seen to crash the newest kernel while it was idle.
  }
  const [features, words, answers] = output.split('====\n');
  if (answers === undefined || words.trim() !== '') {
    throw new Error(`kernel ${kernel} did not take the policy: ${output.slice(-2000)}`);
  }
  return { features, seconds, lines: answers.trimEnd().split('\n') };
}

function readAnswer(line: string): KernelAnswer {
  const [allow, , audit, quiet] = line.split(' ').map((word) => parseInt(word, 16));
  if (quiet === undefined || Number.isNaN(quiet)) {
    throw new Error(`the kernel answered '${line}'`);
  }
  return { allow, audit, quiet };
}

/** A program of this folder, compiled once. */
function program(file: string): string {
  const source = join(__dirname, file);
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  return builtOnce(join('vm', `${file.slice(0, -2)}-${hash}`), (path) => {
    must('cc', ['-static', '-O1', '-o', path, source]);
  });
}
