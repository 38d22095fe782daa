import type { Diagnostic } from '../diagnostics';
import type { ParserGeneration } from './cursor';
import { DISK } from './disk';
import type { Features } from './features';
import { Flattening, type Gathered } from './flatten';
import { type FileReader, IncludeFiles } from './include-files';
import { Judge } from './judge';
import type { FlatProfile, Policy, Variables } from './policy';
import type { ProfileFile } from './tree';
import { literalPattern } from './words';

/** What a text is resolved and judged against. */
export interface ResolveOptions {
  /** Folder of abstractions, tunables and abi. Default: `/etc/apparmor.d` where it exists. */
  readonly base?: string;
  /** Folders that are searched before the base, in this order. */
  readonly includeDirs?: readonly string[];
  /** Features of the kernel that the policy is for: a text in the features file format. Default: only the policy's own ABI counts. */
  readonly features?: string;
  /** Default: the newest. */
  readonly parser?: ParserGeneration;
  /** Default: the file system. */
  readonly files?: FileReader;
  /** False leaves includes alone: what they would declare is not missed. Default: true. */
  readonly followIncludes?: boolean;
  /** Shares what was read with other texts; see `includeFiles`. */
  readonly includes?: IncludeFiles;
}

const DEFAULT_BASE = '/etc/apparmor.d';

/** Reads of included files that many texts share. */
export function includeFiles(options: ResolveOptions): IncludeFiles {
  const { files = DISK, base = DEFAULT_BASE, includeDirs = [], parser } = options;
  const folders = [...includeDirs, ...(files.kind(base) === 'directory' ? [base] : [])];
  return new IncludeFiles(files, folders, parser);
}

/** The profiles of a text as the kernel gets them, and all that is wrong with them beside their syntax. */
export function resolve(tree: ProfileFile, options: ResolveOptions = {}): Policy {
  const { parser: generation = '5.0', followIncludes = true } = options;
  const includes = followIncludes ? options.includes ?? includeFiles(options) : undefined;
  const flat = new Flattening(includes, generation);
  flat.run(tree, tree.layout?.source.name);
  setVariables(flat.profiles, flat.environment.variables, generation);
  const { abiFile, policyFeatures } = abiOf(flat, includes);
  if (followIncludes) {
    const kernel = options.features === undefined ? [] : [includes!.memory.featuresOf(options.features)];
    new Judge(flat, { generation, features: [...policyFeatures, ...kernel] }, includes!.memory).judge(flat.profiles);
  }
  return {
    profiles: flat.profiles,
    aliases: flat.aliases,
    ...(flat.abi === undefined ? {} : { abi: flat.abi.path }),
    ...(abiFile === undefined ? {} : { abiFile }),
    variables: flat.environment.variables,
    diagnostics: flat.diagnostics as readonly Diagnostic[],
  };
}

/** The features that the text's abi names. */
function abiOf(flat: Flattening, includes: IncludeFiles | undefined): { abiFile?: string; policyFeatures: readonly Features[] } {
  const abiFile = flat.abi === undefined ? undefined : includes?.find(flat.abi.path, flat.abi.magic);
  const text = abiFile === undefined ? undefined : includes!.text(abiFile);
  return text === undefined ? { policyFeatures: [] } : { abiFile, policyFeatures: [includes!.memory.featuresOf(text)] };
}

/** Gives each profile the global variables and its own built-in ones. */
function setVariables(profiles: readonly Gathered[], globals: Variables, generation: ParserGeneration): void {
  for (const profile of profiles) {
    const variables = profile.variables as Map<string, readonly string[]>;
    for (const [name, values] of globals) {
      variables.set(name, values);
    }
    builtIn(profile, variables, generation >= '5.0');
    setVariables(profile.children, globals, generation);
  }
}

function builtIn({ fullName, attachment }: FlatProfile, variables: Map<string, readonly string[]>, paths: boolean): void {
  variables.set('profile_name', [fullName.includes('@{') ? fullName : literalPattern(fullName)]);
  if (paths && attachment !== undefined) {
    variables.set('attach_path', [attachment]);
    variables.set('exec_path', [attachment]);
  }
}
