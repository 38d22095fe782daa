import { readFileSync } from 'node:fs';
import { hasErrors, renderDiagnostic } from '../diagnostics';
import { ABI_FEATURES } from './abi-features';
import { ProfileError } from './errors';
import { allProfiles, decidablePolicy, readAccess, type DecidablePolicy, type Decider } from '../decide';
import type { FileReader } from '../language';
import { Decision, DecisionOptions, Verdict } from './verdict';
import { DISK } from '../language/disk';
import { usualTunables } from '../lint/variables';

const NO_BASE = '/';
const TUNABLES = 'tunables/';

/** Answers for one text; what it learns of it makes later answers fast. */
export class Decisions {
  private readonly deciders = new Map<string, Decider>();
  private readonly unread: string[] = [];

  constructor(private readonly name: string, private readonly text: string) {}

  /** @throws ProfileError for an access, a child or a file that is not there or cannot be read */
  decide(access: Record<string, any>, options: DecisionOptions = {}): Decision {
    const { verdict, audited, rules, transition } = this.decider(options).decide(readAccess(access));
    return {
      verdict: verdict as Verdict,
      audited,
      rules: rules.map((rule) => ({ ...rule })),
      ...(transition === undefined ? {} : { transition: { ...transition } }),
      unread: options.base === undefined ? [...this.unread] : [],
    };
  }

  private decider(options: DecisionOptions): Decider {
    const key = JSON.stringify([options.base, options.features, options.child]);
    const known = this.deciders.get(key) ?? this.compile(options);
    this.deciders.set(key, known);
    return known;
  }

  private compile({ base, features, child }: DecisionOptions): Decider {
    const policy = decidablePolicy(this.text, {
      fileName: this.name,
      base: base ?? NO_BASE,
      files: base === undefined ? this.withoutBase() : onDisk(base),
      ...(features === undefined ? {} : { features: readFeatures(features) }),
    });
    if (hasErrors(policy.diagnostics)) {
      throw new ProfileError(`the profile "${this.name}" cannot be decided upon:\n${policy.diagnostics.map(renderDiagnostic).join('\n')}`);
    }
    return policy.decider(this.wanted(policy, child));
  }

  private wanted(policy: DecidablePolicy, child: string | undefined) {
    const [own] = policy.profiles;
    if (child === undefined) {
      return own;
    }
    const children = allProfiles(own.children);
    const found = children.find(({ fullName }) => fullName === `${own.fullName}//${child}`);
    if (found === undefined) {
      const names = children.map(({ fullName }) => `"${fullName.slice(own.fullName.length + 2)}"`).join(', ');
      throw new ProfileError(`the profile "${this.name}" has no child "${child}"; ${names === '' ? 'it has none' : `it has ${names}`}`);
    }
    return found;
  }

  /** Includes are empty and noted, but for the variables that all distributions have. */
  private withoutBase(): FileReader {
    return {
      kind: (path) => (path === NO_BASE ? 'directory' : 'file'),
      list: () => [],
      read: (path) => {
        const name = path.replace(/^\/+/, '');
        if (!(name in ABI_FEATURES) && !name.startsWith(TUNABLES) && !this.unread.includes(name)) {
          this.unread.push(name);
        }
        return Buffer.from(ABI_FEATURES[name] ?? (name === `${TUNABLES}global` ? usualTunables() : '\n'));
      },
    };
  }
}

/** The files of a folder; features files that it lacks are those that AppArmor ships. */
function onDisk(base: string): FileReader {
  if (DISK.kind(base) !== 'directory') {
    throw new ProfileError(`the base "${base}" is no folder; give one like /etc/apparmor.d`);
  }
  const shipped = (path: string) => Object.keys(ABI_FEATURES).find((name) => path.endsWith(`/${name}`));
  return {
    kind: (path) => (DISK.kind(path) === 'missing' && shipped(path) !== undefined ? 'file' : DISK.kind(path)),
    list: (path) => DISK.list(path),
    read: (path) => {
      const name = DISK.kind(path) === 'missing' ? shipped(path) : undefined;
      return name === undefined ? DISK.read(path) : Buffer.from(ABI_FEATURES[name]);
    },
  };
}

function readFeatures(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ProfileError(`the features file "${path}" cannot be read: ${(error as Error).message}; check the path`);
  }
}
