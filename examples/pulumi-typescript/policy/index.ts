import { PolicyPack } from '@pulumi/policy';
import { confinementPolicies } from 'k8s-apparmor/pulumi-policy';

new PolicyPack('confinement', {
  policies: confinementPolicies({ exemptions: [{ resources: ['legacy'], reason: 'Traces its own children; moves off this cluster' }] }),
});
