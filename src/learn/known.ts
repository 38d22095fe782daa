import { Decider, MAINLINE_6_1 } from '../decide';
import type { FlatProfile, ParserGeneration, Policy } from '../language';
import { isCalled, type Subject } from './attribution';
import type { Access, FileAccess } from '../rules/access';

/** An access, parted by what a profile says of it already; what is in neither part it allows. */
export interface Judged {
  /** What no rule speaks of. */
  readonly open?: Access;
  /** What a `deny` rule takes. */
  readonly denied?: Access;
}

/** What a policy says already. */
export interface KnownAccesses {
  judge(subject: Subject, access: Access): Judged;
}

/**
 * Every class that any kernel mediates. A record proves that its kernel does, so only the rules are asked: whether the
 * features that the policy is written for mediate the access has no say.
 */
const EVERY_CLASS = `${MAINLINE_6_1}
dbus {mask {acquire send receive}}
io_uring {mask {sqpoll override_creds}}
ipc {posix_mqueue {create read write open delete setattr getattr} sysv_mqueue {create read write open delete setattr getattr}}
namespaces {mask {userns_create} userns_create {pciu&}}
network {af_mask {unspec unix inet inet6 netlink packet} af_unix {yes}}
network_v8 {af_mask {unspec unix inet inet6 netlink packet} af_inet {yes}}
network_v9 {af_mask {unspec unix inet inet6 netlink packet} af_unix {yes} af_inet {yes}}
`;

const ALLOWED: Judged = Object.freeze({});

/** What the profiles of a policy say, asked of their rules alone: complain mode allows nothing here. */
export class PolicyKnowledge implements KnownAccesses {
  private readonly deciders = new Map<FlatProfile, Decider | undefined>();

  constructor(private readonly policy: Policy, private readonly parser: ParserGeneration) {}

  public judge(subject: Subject, access: Access): Judged {
    const profile = this.find(subject);
    const decider = profile && this.decider(profile);
    if (decider === undefined) {
      return { open: access };
    }
    return access.class === 'file' ? judgeLetters(decider, access) : judgeWhole(decider, access);
  }

  private find({ namespace, names }: Subject): FlatProfile | undefined {
    const [first, ...rest] = names;
    let found = this.policy.profiles.find((profile) => profile.namespace === namespace && isCalled(first!, profile.name));
    for (const name of rest) {
      found = found?.children.find((child) => child.name === name);
    }
    return found;
  }

  private decider(profile: FlatProfile): Decider | undefined {
    if (!this.deciders.has(profile)) {
      const enforced: FlatProfile = { ...profile, mode: 'enforce', flags: profile.flags.filter((flag) => flag !== 'audit') };
      this.deciders.set(profile, new Decider(this.policy, enforced, { features: EVERY_CLASS, abi: EVERY_CLASS, parser: this.parser }));
    }
    return this.deciders.get(profile);
  }
}

/** A rule may allow some permissions and not others. */
function judgeLetters(decider: Decider, access: FileAccess): Judged {
  if (verdictOf(decider, access) === 'allowed') {
    return ALLOWED;
  }
  let [open, denied] = ['', ''];
  for (const letter of access.mask) {
    const verdict = verdictOf(decider, { ...access, mask: letter });
    open += verdict === 'open' ? letter : '';
    denied += verdict === 'denied' ? letter : '';
  }
  return {
    ...(open !== '' && { open: open === access.mask ? access : { ...access, mask: open } }),
    ...(denied !== '' && { denied: { ...access, mask: denied } }),
  };
}

function judgeWhole(decider: Decider, access: Access): Judged {
  const verdict = verdictOf(decider, access);
  return verdict === 'allowed' ? ALLOWED : verdict === 'denied' ? { denied: access } : { open: access };
}

function verdictOf(decider: Decider, access: Access): 'allowed' | 'denied' | 'open' {
  try {
    const { verdict, rules } = decider.decide(access);
    return verdict === 'allowed' ? 'allowed' : verdict === 'denied' && rules.length > 0 ? 'denied' : 'open';
  } catch {
    // A value that the language has no word for: no rule speaks of it.
    return 'open';
  }
}
