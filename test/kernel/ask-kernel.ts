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
/vm/ask < /vm/questions
`;

/** Loads a policy into a kernel and asks it. */
export async function askKernel(kernel: Kernel, policy: string, questions: readonly KernelQuestion[]): Promise<KernelAnswers> {
  const lines = questions.map(({ label, bytes, owner }) => `${owner ? 0 : 1000} ${label} ${Buffer.from(bytes).toString('hex')}\n`);
  const files = { '/vm/policy': policy, '/vm/questions': lines.join(''), '/vm/ask': { from: program() } };
  const boot = async () => bootVm({ kernel, files, script: SCRIPT, timeoutMs: 300_000 });
  let { output, seconds, code } = await boot();
  if (code === null) {
    ({ output, seconds, code } = await boot()); // The emulator has been seen to crash the newest kernel while it was idle.
  }
  const [features, words, answers] = output.split('====\n');
  if (answers === undefined || words.trim() !== '') {
    throw new Error(`kernel ${kernel} did not take the policy: ${output.slice(-2000)}`);
  }
  return { features, seconds, answers: answers.trimEnd().split('\n').map(readAnswer) };
}

function readAnswer(line: string): KernelAnswer {
  const [allow, , audit, quiet] = line.split(' ').map((word) => parseInt(word, 16));
  if (quiet === undefined || Number.isNaN(quiet)) {
    throw new Error(`the kernel answered '${line}'`);
  }
  return { allow, audit, quiet };
}

/** The program that asks, compiled once. */
function program(): string {
  const source = join(__dirname, 'ask-kernel.c');
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  return builtOnce(join('vm', `ask-kernel-${hash}`), (path) => {
    must('cc', ['-static', '-O1', '-o', path, source]);
  });
}
