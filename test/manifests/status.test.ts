import { JsonObject } from '../../src/manifests/json';
import { ClusterObjects, clusterStatus, ContainerStatus } from '../../src/manifests/status';

const WEB = 'k8s-apparmor.web.1a2b3c4d';
const STARTED = '2026-05-01T10:00:00Z';
const RUNNING = { running: { startedAt: STARTED } };
const localhost = (name: string) => ({ appArmorProfile: { type: 'Localhost', localhostProfile: name } });

interface PodShape {
  readonly spec?: object;
  readonly securityContext?: object;
  readonly podSecurityContext?: object;
  readonly metadata?: object;
  readonly status?: object;
  readonly state?: object;
}

function pod({ spec, securityContext, podSecurityContext, metadata, status, state = RUNNING }: PodShape): JsonObject {
  return {
    metadata: { name: 'w-1', namespace: 'shop', ...metadata },
    spec: { nodeName: 'n', containers: [{ name: 'c', securityContext }], securityContext: podSecurityContext, ...spec },
    status: { phase: 'Running', containerStatuses: [{ name: 'c', state }], ...status },
  } as JsonObject;
}

function cluster(more: Partial<ClusterObjects>): ClusterObjects {
  return { pods: [], nodes: [], namespaces: [], loaders: [], configMaps: [], policies: [], states: new Map(), strict: false, ...more };
}

function loader(ready: boolean): JsonObject {
  return {
    metadata: { name: 'loader-n', namespace: 'loaders', labels: { 'app.kubernetes.io/name': 'k8s-apparmor-loader', 'app.kubernetes.io/instance': 'shop' } },
    spec: { nodeName: 'n', volumes: [{ name: 'program', configMap: { name: 'shop-program-1' } }] },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const PROGRAM: JsonObject = { metadata: { name: 'shop-program-1', namespace: 'loaders' }, data: { wanted: `${WEB}\tenforce\t${WEB}\n` } };
const node = (more: object = {}): JsonObject => ({ metadata: { name: 'n', labels: { 'kubernetes.io/os': 'linux' } }, ...more });
const stateOf = (problems: object[], removed: object[] = []) => new Map([['loaders/loader-n', JSON.stringify({ bundle: 'shop', ready: false, problems, removed })]]);
const only = (objects: Partial<ClusterObjects>): ContainerStatus => clusterStatus(cluster(objects)).containers[0];

describe('the state of a container', () => {
  const notFound = 'failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found x';

  it.each<[string, PodShape, string, boolean]>([
    ['runs under its profile', { securityContext: localhost(WEB) }, 'confined', false],
    ['runs under its pod\'s profile', { podSecurityContext: localhost(WEB) }, 'confined', false],
    ['runs under the runtime\'s default by name', { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }, 'confined', false],
    ['is confined by annotation', { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': `localhost/${WEB}` } } }, 'confined', false],
    ['waits for a profile that is not there', { securityContext: localhost('x'), state: { waiting: { reason: 'CreateContainerError', message: notFound } } }, 'waiting', true],
    ['waits for its image', { securityContext: localhost('x'), state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }, 'pending', false],
    ['has ended', { securityContext: localhost('x'), state: { terminated: { exitCode: 0 } } }, 'pending', false],
    ['was refused by a node without AppArmor', { securityContext: localhost('x'), status: { phase: 'Failed', reason: 'AppArmor', message: 'Cannot enforce AppArmor' } }, 'refused', true],
    ['asks for no confinement', { securityContext: { appArmorProfile: { type: 'Unconfined' } } }, 'unconfined', false],
    ['says nothing', {}, 'unasked', false],
    ['is privileged with the runtime\'s default', { securityContext: { privileged: true, appArmorProfile: { type: 'RuntimeDefault' } } }, 'ineffective', true],
    ['is privileged and says nothing', { securityContext: { privileged: true } }, 'unconfined', false],
  ])('that %s', (_, shape, state, finding) => {
    expect(only({ pods: [pod(shape)] })).toMatchObject({ state, finding });
  });

  it.each([['containerd://2.1.9', 'confined'], ['cri-o://1.34.0', 'ineffective']])('that is privileged with a profile of its own under %s', (containerRuntimeVersion, state) => {
    const pods = [pod({ securityContext: { privileged: true, ...localhost(WEB) } })];
    expect(only({ pods, nodes: [node({ status: { nodeInfo: { containerRuntimeVersion } } })] }).state).toBe(state);
  });

  it.each([
    ['after it started', '2026-05-01T11:00:00Z', 'restart'],
    ['in the second in which it started', STARTED, 'restart'],
    ['at a time that cannot be read', 'yesterday', 'restart'],
    ['before it started', '2026-05-01T09:00:00Z', 'confined'],
  ])('whose profile somebody removed %s', (_, time, state) => {
    const states = stateOf([], [{ profile: WEB, time }, { profile: 'other', time: '2026-06-01T00:00:00Z' }]);
    expect(only({ pods: [pod({ securityContext: localhost(WEB) })], loaders: [loader(true)], states }).state).toBe(state);
  });

  it('under whose profile\'s name somebody loaded other content', () => {
    const states = stateOf([{ kind: 'replaced', profile: WEB, message: 'somebody did' }]);
    const pods = [pod({ securityContext: localhost(WEB) })];
    expect(only({ pods, loaders: [loader(true)], configMaps: [PROGRAM], states })).toMatchObject({ state: 'replaced', reason: 'somebody did', finding: true, loaded: true });
  });

  it('takes no part in it when it is over, on Windows, or a loader\'s', () => {
    const pods = [pod({ status: { phase: 'Succeeded' } }), pod({ status: { phase: 'Failed', reason: 'Evicted' } }), pod({ spec: { os: { name: 'windows' } } }), loader(true)];
    expect(clusterStatus(cluster({ pods })).containers).toEqual([]);
  });
});

describe('whether a profile is loaded on the node', () => {
  const pods = [pod({ securityContext: localhost(WEB) })];

  it.each<[string, Partial<ClusterObjects>, boolean | undefined]>([
    ['by the gate\'s label', { nodes: [node({ metadata: { name: 'n', labels: { [`profile.k8s-apparmor.io/${WEB}`]: 'shop' } } })] }, true],
    ['by a ready loader that brings it', { loaders: [loader(true)], configMaps: [PROGRAM] }, true],
    ['by a loader that says that it is missing', { loaders: [loader(false)], configMaps: [PROGRAM], states: stateOf([{ kind: 'missing', profile: WEB, message: 'm' }]) }, false],
    ['by a ready loader that only lacks its copy', {
      loaders: [loader(true)], configMaps: [PROGRAM], states: stateOf([{ kind: 'copy', profile: WEB, message: 'm' }]),
    }, true],
    ['by nobody, where no loader brings it', { loaders: [loader(true)] }, undefined],
    ['by nobody, where there is no loader', {}, undefined],
  ])('is known %s', (_, objects, loaded) => {
    expect(only({ pods, ...objects }).loaded).toBe(loaded);
  });
});

describe('what should be confined', () => {
  const policy = (exemptions: object[]): JsonObject => ({ metadata: { annotations: { 'k8s-apparmor.io/exemptions': JSON.stringify(exemptions) } } });

  it.each<[string, Partial<ClusterObjects>, boolean]>([
    ['nothing that did not ask for it', {}, false],
    ['everything, if told so', { strict: true }, true],
    ['everything, where a policy is on the cluster', { policies: [policy([])] }, true],
    ['not what the policy exempts by namespace', { policies: [policy([{ namespaces: ['shop'], reason: 'r' }])] }, false],
    ['not what the policy exempts by label', { policies: [policy([{ podLabels: { tool: 'debugger' }, reason: 'r' }])] }, false],
    ['what the policy exempts elsewhere', { policies: [policy([{ namespaces: ['other'], podLabels: { tool: 'debugger' }, reason: 'r' }])] }, true],
    ['not what the policy exempts by the namespace\'s label', {
      policies: [policy([{ namespaceLabels: { lab: 'yes' }, reason: 'r' }])], namespaces: [{ metadata: { name: 'shop', labels: { lab: 'yes' } } }],
    }, false],
    ['everything, where the policy\'s annotation is broken', { policies: [{ metadata: { annotations: { 'k8s-apparmor.io/exemptions': '{' } } }] }, true],
  ])('is %s', (_, objects, finding) => {
    const pods = [pod({ metadata: { name: 'w', namespace: 'shop', labels: { tool: 'debugger' } } })];
    expect([only({ pods, ...objects }).finding, clusterStatus(cluster({ pods, ...objects })).fine]).toEqual([finding, !finding]);
  });

  it('is not the cluster\'s own, where no policy says otherwise', () => {
    expect(only({ pods: [pod({ metadata: { name: 'w', namespace: 'kube-system' } })], strict: true })).toMatchObject({ finding: false, exempt: 'the cluster\'s own parts' });
  });
});

describe('a profile that a program of ours made', () => {
  const OTHER: JsonObject = { ...PROGRAM, data: { wanted: 'p.api.00000001\tenforce\tp.api.00000001\n' } };
  it.each([
    ['is on the list of a loader', WEB, [PROGRAM], undefined],
    ['is on no loader\'s list: another program\'s bundle has the same name', WEB, [OTHER], true],
    ['may be on a list that cannot be read', WEB, [], undefined],
    ['has no generation, so the nodes bring it', 'nodes-own', [OTHER], undefined],
  ])('%s', (_, name, configMaps, unbrought) => {
    const status = only({ pods: [pod({ securityContext: localhost(name) })], loaders: [loader(true)], configMaps });
    expect([status.unbrought, status.state]).toEqual([unbrought, 'confined']);
  });
});

describe('the nodes', () => {
  it('say why they cannot confine, in the loader\'s words', () => {
    const states = stateOf([{ kind: 'node', profile: '', message: 'no AppArmor here' }, { kind: 'parser', profile: WEB, message: 'syntax error' }]);
    expect(clusterStatus(cluster({ loaders: [loader(false)], nodes: [node()], states })).nodes).toEqual([
      { node: 'n', bundle: 'shop', ready: false, reasons: ['no AppArmor here', `${WEB}: syntax error`] },
    ]);
  });

  it('say it by the gate\'s annotation where the loader cannot be asked', () => {
    const annotations = { 'state.k8s-apparmor.io/shop': JSON.stringify({ problems: [{ kind: 'node', profile: '', message: 'no parser' }], removed: [] }) };
    const nodes = [node({ metadata: { name: 'n', annotations } })];
    expect(clusterStatus(cluster({ loaders: [loader(false)], nodes })).nodes[0].reasons).toEqual(['no parser']);
  });

  it('say how much had no room in the annotation', () => {
    const annotations = { 'state.k8s-apparmor.io/shop': JSON.stringify({ problems: [], removed: [], more: 12 }) };
    const nodes = [node({ metadata: { name: 'n', annotations } })];
    expect(clusterStatus(cluster({ loaders: [loader(true)], nodes })).nodes[0].reasons).toEqual(['and 12 more: see the loader\'s log (kubectl logs, container loader)']);
  });

  it('tell that they have no loader, Windows nodes left out', () => {
    const nodes = [node(), node({ metadata: { name: 'bare' } }), node({ metadata: { name: 'w', labels: { 'kubernetes.io/os': 'windows' } } })];
    const { nodes: found, fine } = clusterStatus(cluster({ loaders: [loader(true)], nodes }));
    expect([found.map((one) => [one.node, one.ready]), fine]).toEqual([[['n', true], ['bare', false]], false]);
  });

  it.each(['not json', '[]', '{"problems": 7}', '{"problems": [null, {"message": {}}]}'])('are not believed when they say %p', (text) => {
    const report = clusterStatus(cluster({ loaders: [loader(true)], states: new Map([['loaders/loader-n', text]]) }));
    expect(report.nodes[0].ready).toBe(true);
  });
});

it.each([
  [{ kind: 'ReplicaSet', name: 'web-5d4f', controller: true }, { 'pod-template-hash': '5d4f' }, 'Deployment/web'],
  [{ kind: 'ReplicaSet', name: 'web-5d4f', controller: true }, {}, 'ReplicaSet/web-5d4f'],
  [{ kind: 'StatefulSet', name: 'db', controller: true }, {}, 'StatefulSet/db'],
  [{ kind: 'ConfigMap', name: 'x' }, {}, 'Pod/w'],
])('calls a pod of %o by the workload that people know', (owner, labels, workload) => {
  expect(only({ pods: [pod({ metadata: { name: 'w', namespace: 'shop', labels, ownerReferences: [owner] } })] }).workload).toBe(workload);
});
