import type { Access } from '../rules/access';
import { printRule, ruleFromAccess } from '../rules/registry';

/** An access as a person says it: `file r of "/etc/passwd"`, else its fields. */
export function accessText(access: Record<string, any>): string {
  switch (access.class) {
    case 'file': return `"${access.mask}" on ${JSON.stringify(access.path)}`;
    case 'exec': return `executing ${JSON.stringify(access.path)}`;
    case 'link': return `linking ${JSON.stringify(access.path)} to ${JSON.stringify(access.target)}`;
    case 'capability': return `capability ${access.capability}`;
    default: return [access.class, ...Object.entries(access).filter(([field]) => field !== 'class').map(([field, value]) => `${field}=${value}`)].join(' ');
  }
}

/** The rule that would allow an access, where its family has one. */
export function allowingRule(access: Record<string, any>): string | undefined {
  const rule = ruleFromAccess(access as Access);
  return rule === undefined ? undefined : printRule(rule);
}
