import { profileLabel, requireProfiles } from '../../src/manifests/gate-affinity';
import { JsonObject, JsonValue } from '../../src/manifests/json';

const WEB = 'k8s-apparmor.web.1a2b3c4d';
const REQUIREMENT = { key: `profile.k8s-apparmor.io/${WEB}`, operator: 'Exists' };
const DISK = { key: 'disk', operator: 'In', values: ['ssd'] };
const FIELD = { key: 'metadata.name', operator: 'In', values: ['n'] };

function withTerms(terms: JsonValue): JsonObject {
  return { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } } };
}

const termsOf = (template: any) =>
  template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;

describe('requireProfiles', () => {
  it.each<[string, JsonValue[], JsonValue[]]>([
    ['every alternative', [{ matchExpressions: [DISK] }, { matchExpressions: [], matchFields: [FIELD] }],
      [{ matchExpressions: [DISK, REQUIREMENT] }, { matchExpressions: [REQUIREMENT], matchFields: [FIELD] }]],
    ['a term with fields only', [{ matchFields: [FIELD] }], [{ matchExpressions: [REQUIREMENT], matchFields: [FIELD] }]],
    ['no term that selects nothing', [{}, { matchExpressions: [] }, { matchExpressions: [DISK] }], [{}, { matchExpressions: [] }, { matchExpressions: [DISK, REQUIREMENT] }]],
    ['the one term of a list of none', [], [{ matchExpressions: [REQUIREMENT] }]],
  ])('goes to %s', (_, before, after) => {
    expect(termsOf(requireProfiles(withTerms(before), [WEB]))).toEqual(after);
  });

  it('leaves every other affinity', () => {
    const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [] };
    const template = { spec: { affinity: { podAffinity, nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } } };
    expect(requireProfiles(template, [WEB])).toEqual({
      spec: {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [],
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [REQUIREMENT] }] },
          },
          podAffinity,
        },
      },
    });
  });

  it('is the same when it is done twice', () => {
    const once = requireProfiles(withTerms([{ matchExpressions: [DISK] }]), [WEB, WEB]);
    expect(requireProfiles(once, [WEB])).toBe(once);
  });

  it.each<[string, JsonObject]>([
    ['a pod that names its node', { spec: { nodeName: 'n' } }],
    ['a pod that no node fits', withTerms([{}])],
    ['something without a spec', { spec: null }],
  ])('leaves %s alone', (_, template) => {
    expect(requireProfiles(template, [WEB])).toBe(template);
  });

  it('leaves pods without such profiles alone', () => {
    const template = { spec: {} };
    expect(requireProfiles(template, [])).toBe(template);
  });
});

describe('the label of a profile', () => {
  it('is its loaded name', () => {
    expect(profileLabel(WEB)).toBe(`profile.k8s-apparmor.io/${WEB}`);
  });

  it('is a label for the longest names too, and another for each', () => {
    const labels = ['a', 'b'].map((last) => profileLabel(`${'x'.repeat(80)}.${last.repeat(8)}`).split('/')[1]);
    expect(labels.map((label) => label.length)).toEqual([63, 63]);
    expect(labels[0]).not.toBe(labels[1]);
    expect(labels[0]).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]$/);
  });
});
