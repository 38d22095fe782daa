/** What a profile starts from. */
export enum ProfileBase {
  /** The permissions and denials of the default profile of containerd and CRI-O. */
  RUNTIME_DEFAULT = 'RuntimeDefault',
  /** Nothing but the runtime's signals, without which a container could not be stopped. */
  NONE = 'None',
}

/** What becomes of an access that no rule allows. */
export enum ProfileMode {
  /** It fails. */
  ENFORCE = 'enforce',
  /** It is logged and allowed; what a rule denies fails all the same. */
  COMPLAIN = 'complain',
  /** The process is killed. */
  KILL = 'kill',
}

/** Where a profile comes from. */
export enum ProfileKind {
  /** Its text goes to the nodes with a bundle. */
  DISTRIBUTED = 'Distributed',
  /** The node image brings it. */
  PRELOADED = 'Preloaded',
  /** The container runtime brings it. */
  RUNTIME_DEFAULT = 'RuntimeDefault',
  /** No profile. */
  UNCONFINED = 'Unconfined',
}
