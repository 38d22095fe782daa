import { excerpt, hasErrors, messageText, type Diagnostic } from '../diagnostics';
import { isAccessRule, parseProfileText, type Item } from '../language';
import { itemsWithComments } from './comments';
import { ProfileError } from './errors';
import type { RuleItem } from './qualify';

const HEAD = 'profile raw {\n';

/**
 * Rules in the language's own words, as they may stand in a profile: rules, includes, child profiles and hats, with their
 * comments.
 *
 * @throws ProfileError for what the real parser would refuse or silently drop
 */
export function rawItems(text: string): RuleItem[] {
  const place = 'Rule.raw()';
  if (typeof text !== 'string' || text.trim() === '') {
    throw new ProfileError(`${place}: the text is empty; give at least one rule`);
  }
  const whole = `${HEAD}${text}\n}\n`;
  const { tree, diagnostics } = parseProfileText(whole, { fileName: place });
  if (hasErrors(diagnostics)) {
    throw new ProfileError(faultText(place, diagnostics));
  }
  const [profile] = tree.body.items;
  if (tree.body.items.length !== 1 || profile.type !== 'profile' || profile.body.layout?.close !== whole.length - 2) {
    throw new ProfileError(`${place}: the text closes a brace that it did not open; give rules for one profile only`);
  }
  const items = itemsWithComments(whole, profile.body);
  if (items.length === 0) {
    throw new ProfileError(`${place}: the text holds comments only; give at least one rule`);
  }
  refuseForeign(place, profile.body.items);
  return items.map((item) => ({ ...item, raw: true }));
}

function faultText(place: string, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const shown = excerpt(first).split('\n').map((line) => line.replace(/^ +\d* \|/, '  |'));
  return `${place}: ${messageText(first)}${more}\n${shown.join('\n')}`;
}

/** What may stand in a profile by the grammar and does not work there. */
function refuseForeign(place: string, items: readonly Item[]): void {
  for (const item of items) {
    if (item.type === 'profile') {
      refuseForeign(place, item.body.items);
    } else if (item.type === 'block') {
      throw new ProfileError(`${place}: most parsers throw away what stands in a block of qualifiers; write the qualifiers at each rule`);
    } else if (item.type === 'if') {
      throw new ProfileError(`${place}: the program decides instead of "if"; use an if of its language around the rule`);
    } else if (item.type !== 'include' && !isAccessRule(item)) {
      throw new ProfileError(`${place}: "${item.type}" belongs before the profile, not into it; leave it out`);
    }
  }
}
