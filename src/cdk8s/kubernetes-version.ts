import { IConstruct } from 'constructs';
import { DEFAULT_RANGE, describeRange, emissionFor, parseReleaseRange, ReleaseRange } from '../manifests/kubernetes-versions';

/**
 * The Kubernetes releases that manifests are for.
 *
 * From 1.30 on pods name their profile in fields; where older releases are in the range, in annotations, which later ones still
 * understand. Every construct takes it as a property, otherwise from the construct context under `KubernetesVersion.CONTEXT_KEY`,
 * otherwise it is `>=1.30`.
 *
 * @example
 * KubernetesVersion.between('1.28', '1.31');
 */
export class KubernetesVersion {
  /** Where constructs look, from themselves upwards: `app.node.setContext(KubernetesVersion.CONTEXT_KEY, '>=1.28')`. */
  public static readonly CONTEXT_KEY = 'k8s-apparmor:kubernetes-version';

  /**
   * A range as text.
   *
   * @param range such as `>=1.30`, `<=1.29`, `1.28 - 1.31`, `>=1.28 <1.31` or `1.30`
   * @throws if it is none of these
   */
  public static of(range: string): KubernetesVersion {
    return new KubernetesVersion(range);
  }

  /**
   * This release, such as `1.30`, and all later ones.
   *
   * @param oldest a release in two numbers
   */
  public static atLeast(oldest: string): KubernetesVersion {
    return KubernetesVersion.of(`>=${oldest}`);
  }

  /**
   * This release, such as `1.29`, and all earlier ones.
   *
   * @param newest a release in two numbers
   */
  public static atMost(newest: string): KubernetesVersion {
    return KubernetesVersion.of(`<=${newest}`);
  }

  /**
   * Both releases and those between them.
   *
   * @param oldest a release in two numbers, `1.28`
   * @param newest a release in two numbers, `1.31`
   */
  public static between(oldest: string, newest: string): KubernetesVersion {
    return KubernetesVersion.of(`${oldest} - ${newest}`);
  }

  /**
   * What the context of a construct says; `>=1.30` where it says nothing.
   *
   * @param scope the construct, which its parents' contexts hold for, too
   * @throws if the context holds something that is no range
   */
  public static forScope(scope: IConstruct): KubernetesVersion {
    const found: unknown = scope.node.tryGetContext(KubernetesVersion.CONTEXT_KEY);
    if (found === undefined || found === null) return UNLESS_SAID;
    // A number would be a trap: 1.30 is 1.3.
    if (typeof found === 'string') return KubernetesVersion.of(found);
    if (found instanceof KubernetesVersion) return found;
    throw new Error(`The context "${KubernetesVersion.CONTEXT_KEY}" holds ${JSON.stringify(found)}: give the range as text, such as ">=1.30".`);
  }

  /** The range as text, such as `>=1.30`. */
  public readonly range: string;
  /** Whether pods name their profile in fields; otherwise in annotations. */
  public readonly usesFields: boolean;

  private constructor(range: string) {
    const parsed: ReleaseRange = parseReleaseRange(range);
    this.range = describeRange(parsed);
    this.usesFields = emissionFor(parsed) === 'fields';
  }
}

/** Made once, because every workload asks. */
const UNLESS_SAID = KubernetesVersion.of(describeRange(DEFAULT_RANGE));
