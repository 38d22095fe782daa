/** Something that a pod, a node or an API server says about AppArmor, with its cause and what to do. */
export interface Symptom {
  /** Found anywhere in the text, whatever the case. */
  readonly pattern: RegExp;
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
}

const NODE_CHECK = 'On the node `cat /sys/module/apparmor/parameters/enabled` must print Y, and `/sbin/apparmor_parser` must exist.';

/** The first that fits is told, so narrow ones come first. */
export const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /apparmor profile not found|profile not loaded|apparmor\/exec[`'"]?:? ?no such file|is not loaded/i,
    title: 'The node does not have the profile that the pod names.',
    cause: 'The container runtime looked the name up in the list of loaded profiles and did not find it, to the letter: the profile is not in ' +
      'any bundle, the loader does not run on this node or could not load it, or the pod names another version than the bundle carries.',
    fix: 'See that the loader\'s pod on this node is ready and what its log says (`kubectl -n NAMESPACE logs -l app.kubernetes.io/name=k8s-apparmor-loader`). ' +
      'The pod starts by itself as soon as the profile is loaded.',
  },
  {
    pattern: /apparmor is not enabled on the host|cannot enforce apparmor/i,
    title: 'The kubelet refuses the pod: the node has no AppArmor.',
    cause: 'The kernel was built or started without AppArmor, or it was enabled after the kubelet started. From Kubernetes 1.31 on the pod is ' +
      'Failed for good with the reason AppArmor; up to 1.30 it stays Pending.',
    fix: `${NODE_CHECK} Schedule such pods by the label that the loader gives to nodes, or start the kernel with apparmor=1 security=apparmor ` +
      'and restart the kubelet. A Failed pod must be created anew.',
  },
  {
    pattern: /apparmor is not supported/i,
    title: 'containerd cannot use AppArmor on this node.',
    cause: 'containerd wants all of: AppArmor enabled in the kernel, /sys/kernel/security mounted, /sbin/apparmor_parser installed, disable_apparmor ' +
      'not set, and that it does not run in a container itself. It asks once, when it starts.',
    fix: `${NODE_CHECK} Install the package apparmor and restart containerd.`,
  },
  {
    pattern: /load apparmor profile .*parser error|parser error\(/is,
    title: 'The runtime could not load its own default profile.',
    cause: 'containerd or CRI-O writes its default profile to a temporary file and starts apparmor_parser on it; the parser\'s own words follow the message.',
    fix: 'Read them: most often the parser is older than the runtime, or `abstractions` and `tunables` in /etc/apparmor.d do not fit the parser. Update the package apparmor.',
  },
  {
    pattern: /invalid empty apparmor profile name|missing localhost apparmor profile name|empty localhost apparmor profile/i,
    title: 'The pod asks for a profile of the node without naming it.',
    cause: 'The annotation is `localhost/` without a name, or localhostProfile is empty.',
    fix: 'Give the loaded name; `AppArmorProfile.loadedName` is it.',
  },
  {
    pattern: /apparmor (type|profile) in annotation and field must match/i,
    title: 'The pod names its profile twice, and differently.',
    cause: 'From Kubernetes 1.30 on there is a field beside the old annotation. In workload templates the API server compares both for every container.',
    fix: 'Remove the annotation container.apparmor.security.beta.kubernetes.io/…, and keep the field.',
  },
  {
    pattern: /may not (remove or update|add) apparmor annotations/i,
    title: 'The profile of a pod that exists cannot change.',
    cause: 'Pods take their confinement when they are created.',
    fix: 'Change the workload\'s template: its pods are then replaced.',
  },
  {
    pattern: /invalid apparmor profile name/i,
    title: 'The value of an AppArmor annotation is none.',
    cause: 'It is runtime/default, unconfined (in lower case) or localhost/NAME.',
    fix: 'Write one of these, or use the field securityContext.appArmorProfile (Kubernetes 1.30).',
  },
  {
    pattern: /localhostprofile.*(can only be set when|must be set when) apparmor type is localhost/is,
    title: 'Type and name of the profile do not fit.',
    cause: 'localhostProfile belongs to the type Localhost, and only to it.',
    fix: 'Set both, or leave localhostProfile out.',
  },
  {
    pattern: /apparmorprofile.*cannot be set for a windows pod/is,
    title: 'Windows has no AppArmor.',
    cause: 'The pod has spec.os.name windows.',
    fix: 'Leave appArmorProfile out; Confinement.of(scope) does so by itself.',
  },
  {
    pattern: /forbidden apparmor profile|must not set apparmor profile type/i,
    title: 'Pod Security refuses an unconfined pod.',
    cause: 'The levels baseline and restricted forbid the type Unconfined.',
    fix: 'Give the pod a profile, or label its namespace pod-security.kubernetes.io/enforce: privileged if it must run free.',
  },
  {
    pattern: /disconnected path/i,
    title: 'A file without a full path was refused.',
    cause: 'The process reached it through an open descriptor or a mount from outside of its root, and the profile lacks the flag attach_disconnected.',
    fix: 'Add flags=(attach_disconnected); typed profiles have it.',
  },
  {
    pattern: /failed protocol match/i,
    title: 'A unix socket was refused although "network," is there.',
    cause: 'With an abi newer than 4.0, or none, a kernel from 6.17 on treats unix sockets as a family of its own.',
    fix: 'Pin abi <abi/3.0>, or add "unix,".',
  },
  {
    pattern: /no new privs/i,
    title: 'A change of profile was refused because of no_new_privs.',
    cause: 'The container has allowPrivilegeEscalation: false, and px, cx or ux would lead to a profile that is no subset of this one.',
    fix: 'Use ix and give the profile what the program needs, or allow privilege escalation for this container.',
  },
];

export function symptomOf(text: string): Symptom | undefined {
  return SYMPTOMS.find(({ pattern }) => pattern.test(text));
}
