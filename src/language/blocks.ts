import type { Fault, ParserGeneration } from './cursor';
import type { AccessRule } from '../rules/registry';
import type { Qualifiers } from '../rules/rule';

/**
 * The qualifiers of a rule in a block, undefined where nothing is left of it (owner against other), as measured with the real parsers. 3.0 keeps a deny and knows no deny blocks. From
 * 4.1 on the block says alone what is allowed or denied, and a deny that is lost that way turns its audit around.
 */
export function mergeQualifiers(block: Qualifiers, own: Qualifiers, generation: ParserGeneration): Qualifiers | undefined {
  const owner = block.owner ?? own.owner;
  if (own.owner !== undefined && owner !== own.owner) {
    return undefined;
  }
  const denied = generation < '4.1' && own.access === 'deny';
  const access = denied ? 'deny' : block.access;
  const audit = denied ? block.audit === true && own.audit === true
    : generation < '4.1' ? block.audit === true || own.audit === true
      : (quietBit(block) || quietBit(own)) !== (access === 'deny');
  return {
    ...(own.priority === undefined ? {} : { priority: own.priority }),
    ...(audit ? { audit } : {}),
    ...(access === undefined ? {} : { access }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What is wrong with a block itself. */
export function blockFault({ access }: Qualifiers, generation: ParserGeneration): Fault | undefined {
  return access === 'deny' && generation < '4.1'
    ? { code: 'qualifier-not-allowed', message: `apparmor_parser ${generation} knows no deny blocks`, help: 'write deny before each rule' }
    : undefined;
}

/** The bit behind audit: an allow logs where it is set, a deny where it is not. */
function quietBit({ audit, access }: Qualifiers): boolean {
  return (audit === true) !== (access === 'deny');
}

/** What the qualifiers of its block make wrong with a file rule. */
export function execFault(rule: AccessRule, { access }: Qualifiers): Fault | undefined {
  if (rule.type !== 'file' || rule.exec === undefined) {
    return undefined;
  }
  if (access === 'deny') {
    return rule.exec === 'x' ? undefined : { code: 'exec-deny', message: 'the block denies, and a deny rule takes the bare x only', help: 'write deny PATH x' };
  }
  return rule.exec !== 'x' ? undefined
    : { code: 'exec-mode', message: 'the block takes the deny of this rule away, and a bare x is for deny rules', help: 'write the rule outside of the block' };
}
