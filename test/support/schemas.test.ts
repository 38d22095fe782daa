import { SCHEMA_RELEASES, validate } from './schemas';

const pod = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });

describe.each(SCHEMA_RELEASES)('objects under the schemas of Kubernetes %s', (release) => {
  it('are valid with AppArmor fields', () => {
    const securityContext = { appArmorProfile: { type: 'Localhost', localhostProfile: 'web' } };
    expect(validate(pod({ securityContext, containers: [{ name: 'c', image: 'i', securityContext }] }), release)).toEqual([]);
  });

  it.each([
    ['an unknown field', pod({ containers: [{ name: 'c', securityContext: { appArmor: {} } }] }),
      ['/spec/containers/0/securityContext must NOT have additional properties: appArmor']],
    ['a field of a wrong type', pod({ containers: [{ name: 'c', securityContext: { privileged: 'yes' } }] }),
      ['/spec/containers/0/securityContext/privileged must be boolean']],
    ['a missing field', pod({}), ["/spec must have required property 'containers'"]],
    ['an unknown kind', { apiVersion: 'v1', kind: 'Pot' }, [`Kubernetes ${release} has no v1 Pot`]],
    ['a null', pod({ containers: null }), ['/spec/containers must be array']],
  ])('are told of %s', (_, object, faults) => {
    expect(validate(object, release)).toEqual(faults);
  });

  it.each([8080, 'http', '25%'])('may say %p where a number or a name stands', (port) => {
    const probe = { httpGet: { port } };
    expect(validate(pod({ containers: [{ name: 'c', readinessProbe: probe }] }), release)).toEqual([]);
  });

  it('may say a quantity as a number or as text', () => {
    expect(validate(pod({ containers: [{ name: 'c', resources: { limits: { cpu: 1, memory: '1Gi' } } }] }), release)).toEqual([]);
  });
});

it('knows what only a newer release has', () => {
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicy', metadata: { name: 'p' } };
  expect([validate(policy, '1.30'), validate(policy, '1.37')]).toEqual([
    ['Kubernetes 1.30 has no admissionregistration.k8s.io/v1 MutatingAdmissionPolicy'], [],
  ]);
});
