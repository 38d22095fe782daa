import type { Diagnostic } from '../diagnostics';
import { blockFault, execFault, mergeQualifiers } from './blocks';
import type { Fault, ParserGeneration } from './cursor';
import { Environment } from './environment';
import { isModeFlag, modeOf } from './flags';
import type { IncludeFiles } from './include-files';
import { misplaced, type Place } from './placement';
import type { FlatProfile } from './policy';
import { isAccessRule, type Conditional, type Include, type Item, type Profile, type ProfileFile, type QualifierBlock } from './tree';
import type { AccessRule } from '../rules/registry';
import type { Node, Qualifiers } from '../rules/rule';

/** The includes that lead to a node, innermost first. */
export interface Origin {
  readonly include: Include;
  readonly parent?: Origin;
}

/** Rules that stand side by side, and the includes that brought them. */
export interface Part {
  readonly rules: readonly AccessRule[];
  readonly origin: Origin | undefined;
}

/** A profile while its rules are gathered. */
export interface Gathered extends FlatProfile {
  readonly rules: AccessRule[];
  readonly children: Gathered[];
  /** The same rules in the pieces in which they came: those of an included file are the same array in every profile. */
  readonly parts: Part[];
  readonly origin?: Origin;
  readonly parent?: Gathered;
}

/** Where the walk is: what it adds to, and by which way it came. */
interface Scope {
  readonly profile?: Gathered;
  readonly origin?: Origin;
  /** Files that this profile body (or the preamble) included already: each is read once. */
  readonly included: Set<string>;
  /** Files that are being read. */
  readonly open: readonly string[];
  /** False in the branch of an if that is not taken. */
  readonly live: boolean;
  /** Qualifiers of the block around, and whether there is one. */
  readonly block?: Qualifiers;
  readonly inIf: boolean;
}

/** Nested includes that parsers follow. */
const DEEPEST_INCLUDE = 100;

/** One walk through a text and all that it includes; gathers profiles, variables and faults. */
export class Flattening {
  readonly profiles: Gathered[] = [];
  readonly aliases: Array<{ readonly from: string; readonly to: string }> = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly environment: Environment;
  /** The first abi declaration. */
  abi: Extract<Item, { type: 'abi' }> | undefined;
  private readonly reported = new Set<string>();
  /** Whether the preamble is over. */
  private afterProfile = false;

  constructor(private readonly includes: IncludeFiles | undefined, private readonly generation: ParserGeneration) {
    this.environment = new Environment(generation, includes?.memory);
  }

  run(tree: ProfileFile, path?: string): void {
    const open = path === undefined ? [] : [path];
    this.walk(tree.body.items, { included: new Set(), open, live: true, inIf: false });
  }

  /** Notes a fault at a node, with the includes that led there. */
  report(fault: Fault, node: Node, origin: Origin | undefined): void {
    const { layout } = node;
    if (layout === undefined) {
      return;
    }
    const end = fault.code.startsWith('include') || node.type !== 'profile' ? layout.end : headerEnd(node as Profile);
    const range = locate(fault, layout.source.text, layout.start, end);
    this.diagnostics.push({
      code: fault.code,
      severity: fault.severity ?? 'error',
      message: fault.message,
      help: fault.help,
      source: layout.source,
      range,
      includedFrom: places(origin),
    });
  }

  private walk(items: readonly Item[], scope: Scope): void {
    const { profile, origin } = scope;
    const plain = profile !== undefined && scope.live && scope.block === undefined && !scope.inIf;
    for (const piece of plain ? piecesOf(items) : items) {
      if (isRules(piece)) {
        profile!.rules.push(...piece);
        profile!.parts.push({ rules: piece, origin });
      } else {
        this.visit(piece, scope);
        this.afterProfile ||= profile === undefined && piece.type === 'profile';
      }
    }
  }

  private visit(item: Item, scope: Scope): void {
    switch (item.type) {
      case 'include':
        return this.include(item, scope);
      case 'variable':
        return this.note(this.environment.assign(item), item, scope);
      case 'boolean':
        return this.note(this.environment.assignBoolean(item), item, scope);
      case 'alias':
        this.aliases.push({ from: item.from, to: item.to });
        return;
      case 'abi':
        return this.declareAbi(item, scope);
      case 'if':
        return this.conditional(item, scope);
      case 'block':
        return this.block(item, scope);
      case 'profile':
        return this.profile(item, scope);
      default:
        return this.rule(item, scope);
    }
  }

  private note(fault: Fault | undefined, item: Item, { origin }: Scope): void {
    if (fault !== undefined) {
      this.report(fault, item, origin);
    }
  }

  private declareAbi(item: Extract<Item, { type: 'abi' }>, scope: Scope): void {
    const found = this.includes === undefined || isSpecialAbi(item, this.generation) ? item.path : this.includes.find(item.path, item.magic);
    if (found === undefined || (this.includes !== undefined && found !== item.path && this.includes.files.kind(found) !== 'file')) {
      const help = item.magic ? `it is searched in ${this.includes!.searched}` : 'its path is relative to the working directory';
      this.note({ code: 'abi-not-found', message: `there is no features file "${item.path}"`, help }, item, scope);
    } else if (this.abi !== undefined && this.abi.path !== item.path) {
      const help = 'keep one declaration';
      this.note({ code: 'abi-repeated', severity: 'warning', message: `the abi is "${this.abi.path}" already; this one does not count`, help }, item, scope);
    }
    this.abi ??= item;
  }

  private rule(rule: AccessRule, scope: Scope): void {
    const { profile, live, block, inIf } = scope;
    if (profile === undefined || !live) {
      return;
    }
    const dropped = this.droppedBecause(rule, block !== undefined, inIf);
    if (dropped !== undefined) {
      this.note({ code: 'rule-dropped', severity: 'warning', message: `the real parser drops a ${rule.type} rule ${dropped}`, help: 'write it outside' }, rule, scope);
      return;
    }
    const merged = block === undefined ? rule : this.merged(rule, block, scope);
    if (merged !== undefined) {
      profile.rules.push(merged);
      profile.parts.push({ rules: [merged], origin: scope.origin });
    }
  }

  private droppedBecause({ type }: AccessRule, inBlock: boolean, inIf: boolean): string | undefined {
    const fileLike = type === 'file' || type === 'link' || type === 'change_profile';
    if (inBlock && !fileLike) {
      return 'in a qualifier block';
    }
    return inIf && (type === 'rlimit' || (this.generation === '3.0' && !fileLike && type !== 'capability')) ? 'in an if' : undefined;
  }

  /** A rule with the qualifiers of its block; undefined where nothing is left of it. */
  private merged(rule: AccessRule, block: Qualifiers, scope: Scope): AccessRule | undefined {
    const { access: lost } = rule.qualifiers;
    const qualifiers = mergeQualifiers(block, rule.qualifiers, this.generation);
    if (qualifiers === undefined || (lost !== undefined && (qualifiers.access ?? 'allow') !== lost)) {
      const message = qualifiers === undefined ? 'the block and the rule exclude each other, so the rule is for nobody' : `the block takes the ${lost} of this rule away`;
      this.note({ code: 'rule-dropped', severity: 'warning', message, help: 'write the rule outside of the block' }, rule, scope);
    }
    if (qualifiers === undefined) {
      return undefined;
    }
    this.note(scope.inIf ? undefined : execFault(rule, qualifiers), rule, scope);
    return { ...rule, qualifiers } as AccessRule;
  }

  private block(item: QualifierBlock, scope: Scope): void {
    this.note(blockFault(item.qualifiers, this.generation), item, scope);
    const block = scope.block === undefined ? item.qualifiers : mergeQualifiers(scope.block, item.qualifiers, this.generation);
    if (block !== undefined) {
      this.walk(item.body.items, { ...scope, block });
    }
  }

  private conditional(item: Conditional, scope: Scope): void {
    let taken = false;
    for (const { condition, body } of item.branches) {
      const { value, fault } = condition === undefined ? { value: true } : this.environment.evaluate(condition);
      this.note(fault, item, scope);
      this.walk(body.items, { ...scope, live: scope.live && value && !taken, inIf: true });
      taken ||= value;
    }
  }

  private profile(node: Profile, scope: Scope): void {
    const { profile: parent, live, block } = scope;
    if (block !== undefined) {
      this.note({ code: 'rule-dropped', severity: 'warning', message: 'the real parser drops a profile in a qualifier block', help: 'write it outside' }, node, scope);
    }
    const profile = gather(node, scope);
    if (live && block === undefined) {
      const siblings = parent === undefined ? this.profiles : parent.children;
      if (siblings.some(({ name, namespace }) => name === node.name && (parent !== undefined || namespace === node.namespace))) {
        const message = `there are two profiles "${node.name}" ${parent === undefined ? 'in one file' : `in ${parent.fullName}`}`;
        this.note({ code: 'duplicate-profile', message, help: 'rename or merge them' }, node, scope);
      }
      siblings.push(profile);
    }
    this.walk(node.body.items, { profile, origin: scope.origin, included: new Set(), open: scope.open, live: true, inIf: false });
  }

  private include(item: Include, scope: Scope): void {
    if (this.includes === undefined) {
      return;
    }
    const files = this.includes.filesOf(item);
    if (files === 'missing') {
      if (!item.ifExists) {
        const help = item.magic ? `it is searched in ${this.includes.searched}` : 'its path is relative to the working directory';
        this.note({ code: 'include-not-found', message: `there is no file "${item.path}" to include`, help }, item, scope);
      }
      return;
    }
    for (const file of files) {
      this.includeFile(file, item, scope);
    }
  }

  private includeFile(file: string, item: Include, scope: Scope): void {
    if (scope.included.has(file)) {
      return;
    }
    scope.included.add(file);
    if (scope.open.includes(file) || scope.open.length > DEEPEST_INCLUDE) {
      this.note({ code: 'include-loop', message: `"${item.path}" includes itself`, help: 'break the loop' }, item, scope);
      return;
    }
    const result = this.includes!.parse(file);
    if (!('tree' in result)) {
      this.note({ ...result, code: result.code === 'unreadable-file' ? 'include-unreadable' : result.code }, item, scope);
      return;
    }
    const origin = { include: item, parent: scope.origin };
    this.adopt(file, result.diagnostics, origin);
    const { items } = result.tree.body;
    const inProfile = scope.profile !== undefined;
    if (!inProfile || !fitsBody(items)) {
      this.reportMisplaced(items, item, inProfile ? 'body' : 'file', origin);
    }
    const fits = inProfile && fitsBody(items) ? items : items.filter((included) => misplaced(included, inProfile ? 'body' : 'file', false) === undefined);
    this.walk(fits, { ...scope, origin, open: [...scope.open, file] });
  }

  private reportMisplaced(items: readonly Item[], { path }: Include, place: Place, origin: Origin): void {
    let afterProfile = this.afterProfile;
    for (const included of items) {
      const fault = misplaced(included, place, afterProfile);
      if (fault !== undefined) {
        this.report({ ...fault, code: 'include-misplaced', message: `${fault.message}: "${path}" is included here` }, included, origin);
      }
      afterProfile ||= included.type === 'profile';
    }
  }

  /** Takes over the faults of an included file, once. */
  private adopt(file: string, diagnostics: readonly Diagnostic[], origin: Origin): void {
    if (!this.reported.has(file)) {
      this.reported.add(file);
      this.diagnostics.push(...diagnostics.map((diagnostic) => ({ ...diagnostic, includedFrom: places(origin) })));
    }
  }
}

const PIECES = new WeakMap<readonly Item[], ReadonlyArray<Item | readonly AccessRule[]>>();
/** Rules in one piece; more are no arguments of one call. */
const LARGEST_PIECE = 1000;

/** Items with the rules that stand side by side put together. */
function piecesOf(items: readonly Item[]): ReadonlyArray<Item | readonly AccessRule[]> {
  let pieces = PIECES.get(items) as Array<Item | AccessRule[]> | undefined;
  if (pieces === undefined) {
    pieces = [];
    let last: AccessRule[] = [];
    for (const item of items) {
      if (!isAccessRule(item)) {
        pieces.push(item);
        last = [];
      } else {
        if (last.length === 0 || last.length >= LARGEST_PIECE) {
          last = [];
          pieces.push(last);
        }
        last.push(item);
      }
    }
    PIECES.set(items, pieces);
  }
  return pieces;
}

function isRules(piece: Item | readonly AccessRule[]): piece is readonly AccessRule[] {
  return Array.isArray(piece);
}

const FITTING = new WeakMap<readonly Item[], boolean>();

/** Whether all of a file may stand in a profile. */
function fitsBody(items: readonly Item[]): boolean {
  let fits = FITTING.get(items);
  if (fits === undefined) {
    fits = items.every((item) => misplaced(item, 'body', false) === undefined);
    FITTING.set(items, fits);
  }
  return fits;
}

function gather(node: Profile, { profile: parent, origin }: Scope): Gathered {
  const { name, namespace, keyword, flags } = node;
  const path = name.includes('//') ? name.slice(name.lastIndexOf('//') + 2) : name;
  return {
    name,
    fullName: parent === undefined ? name : `${parent.fullName}//${name}`,
    namespace,
    attachment: node.attachment ?? (path.startsWith('/') ? path : undefined),
    hat: keyword === 'hat' || keyword === '^',
    mode: modeOf(flags),
    flags: flags.filter((flag) => !isModeFlag(flag)),
    rules: [],
    children: [],
    parts: [],
    variables: new Map(),
    origin,
    parent,
    node,
  };
}

function isSpecialAbi({ path, magic }: Extract<Item, { type: 'abi' }>, generation: ParserGeneration): boolean {
  return magic && generation >= '5.0' && (path === 'kernel' || path === 'default');
}

function places(origin: Origin | undefined): NonNullable<Diagnostic['includedFrom']> {
  const chain = [];
  for (let at = origin; at !== undefined; at = at.parent) {
    const { layout } = at.include;
    if (layout !== undefined) {
      chain.push({ source: layout.source, range: { start: layout.start, end: layout.end } });
    }
  }
  return chain;
}

function headerEnd({ body, layout }: Profile): number {
  return body.layout === undefined ? layout!.end : body.layout.open - 1;
}

/** The place of the first quoted word or variable of the message inside of the node; else the whole of its first line. */
function locate({ message }: Fault, text: string, start: number, end: number): { start: number; end: number } {
  for (const [, quoted, variable] of message.matchAll(/"([^"]+)"|(@\{\w+\})/g)) {
    const word = quoted ?? variable;
    const at = text.slice(start, end).indexOf(word);
    if (at !== -1) {
      return { start: start + at, end: start + at + word.length };
    }
  }
  const line = text.indexOf('\n', start);
  return { start, end: line === -1 || line > end ? end : line };
}
