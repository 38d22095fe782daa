import { oneOf } from './values';
import { CAPABILITIES, type CapabilityRule } from '../rules/capability';
import { NO_QUALIFIERS } from '../rules/rule';

/** One rule for each name, or one for all capabilities. */
export function capabilityRules(names: readonly string[]): CapabilityRule[] {
  const rule = (wanted: readonly string[]): CapabilityRule => ({ type: 'capability', qualifiers: NO_QUALIFIERS, names: wanted });
  return names.length === 0 ? [rule([])] : names.map((name) => rule([oneOf('Rule.capability()', 'capability', name, CAPABILITIES)]));
}
