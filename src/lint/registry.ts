import type { Lint } from './lint';
import { attachmentPath } from './lints/attachment-path';
import { broadPath } from './lints/broad-path';
import { changeProfileAnywhere } from './lints/change-profile-anywhere';
import { coveredRule } from './lints/covered-rule';
import { dangerousCapability } from './lints/dangerous-capability';
import { deniedRule } from './lints/denied-rule';
import { disconnectedPaths } from './lints/disconnected-paths';
import { duplicateRule } from './lints/duplicate-rule';
import { everyCapability } from './lints/every-capability';
import { everyNetwork } from './lints/every-network';
import { execTransition } from './lints/exec-transition';
import { kubernetesSecrets } from './lints/kubernetes-secrets';
import { lostMountKind } from './lints/lost-mount-kind';
import { noEnforcement } from './lints/no-enforcement';
import { noRuntimeSignals } from './lints/no-runtime-signals';
import { openMount } from './lints/open-mount';
import { ptraceAnyPeer } from './lints/ptrace-any-peer';
import { rawDevice } from './lints/raw-device';
import { rawSocket } from './lints/raw-socket';
import { runtimeSocket } from './lints/runtime-socket';
import { signalAnyPeer } from './lints/signal-any-peer';
import { unconfinedExec } from './lints/unconfined-exec';
import { unenforcedRule } from './lints/unenforced-rule';
import { unknownAbi } from './lints/unknown-abi';
import { unpinnedAbi } from './lints/unpinned-abi';
import { unscrubbedExec } from './lints/unscrubbed-exec';
import { userNamespaces } from './lints/user-namespaces';
import { writeAndExecute } from './lints/write-and-execute';
import { writeToEtc } from './lints/write-to-etc';
import { writeToProcSys } from './lints/write-to-proc-sys';
import { writeToPrograms } from './lints/write-to-programs';
import { writeToSecrets } from './lints/write-to-secrets';
import { writeToSys } from './lints/write-to-sys';

/** Every lint, sorted by its id. */
export const LINTS: readonly Lint[] = [
  attachmentPath,
  broadPath,
  changeProfileAnywhere,
  coveredRule,
  dangerousCapability,
  deniedRule,
  disconnectedPaths,
  duplicateRule,
  everyCapability,
  everyNetwork,
  execTransition,
  kubernetesSecrets,
  lostMountKind,
  noEnforcement,
  noRuntimeSignals,
  openMount,
  ptraceAnyPeer,
  rawDevice,
  rawSocket,
  runtimeSocket,
  signalAnyPeer,
  unconfinedExec,
  unenforcedRule,
  unknownAbi,
  unpinnedAbi,
  unscrubbedExec,
  userNamespaces,
  writeAndExecute,
  writeToEtc,
  writeToProcSys,
  writeToPrograms,
  writeToSecrets,
  writeToSys,
];
