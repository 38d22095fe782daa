/**
 * Cases that are not part of the repository, by the environment variable that tells where they are. Without it the cases
 * are skipped, and the skip is visible: the name of the group says which variable it needs.
 */
export interface Outside {
  /** The folder, or undefined where the variable is not set. */
  readonly path: string | undefined;
  /** `describe` where the cases are there. */
  readonly describe: (name: string, body: () => void) => void;
}

export type OutsideVariable = 'APPARMOR_CONFORMANCE' | 'K8S_APPARMOR_MANIFESTS';

export function outside(variable: OutsideVariable): Outside {
  const path = process.env[variable];
  const when = path ? describe : describe.skip;
  return { path, describe: (name, body) => when(path ? name : `${name} [skipped: set ${variable} to a folder with such cases]`, body) };
}
