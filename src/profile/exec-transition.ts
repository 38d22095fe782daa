import { ProfileError } from './errors';
import { word } from './values';
import type { ExecMode } from '../rules/permissions';

/** What becomes of the confinement where a program is executed. */
export class ExecTransition {
  /** The program stays in the profile (`ix`). */
  static inherit(): ExecTransition {
    return new ExecTransition('ix', false);
  }

  /** The program runs unconfined (`Ux`): the end of the confinement. */
  static unconfined(): ExecTransition {
    return new ExecTransition('ux', true);
  }

  /**
   * The program runs in another profile (`Px`).
   *
   * @param name the profile's loaded name; without one, the profile that attaches to the program's path
   */
  static profile(name?: string): ExecTransition {
    return new ExecTransition('px', true, name);
  }

  /**
   * The program runs in a child profile (`Cx`).
   *
   * @param name of the child; without one, the child that attaches to the program's path
   */
  static child(name?: string): ExecTransition {
    return new ExecTransition('cx', true, name);
  }

  private constructor(private readonly mode: ExecMode, private readonly scrub: boolean, private readonly target?: string) {
    if (target !== undefined) {
      word('ExecTransition', 'profile name', target);
    }
  }

  /** Where there is no such profile, the program stays in the current one (`Pix`, `Cix`) instead of failing. */
  orInherit(): ExecTransition {
    return this.or('i');
  }

  /** Where there is no such profile, the program runs unconfined (`PUx`, `CUx`) instead of failing. */
  orUnconfined(): ExecTransition {
    return this.or('u');
  }

  /** The program gets the environment as it is (`px`, `cx`, `ux`): `LD_PRELOAD` and its like get through. */
  keepEnvironment(): ExecTransition {
    return new ExecTransition(this.mode, false, this.target);
  }

  private or(fallback: 'i' | 'u'): ExecTransition {
    if (this.mode !== 'px' && this.mode !== 'cx') {
      throw new ProfileError('ExecTransition: only profile() and child() have a fallback; leave out orInherit() or orUnconfined()');
    }
    return new ExecTransition(`${this.mode[0]}${fallback}x` as ExecMode, this.scrub, this.target);
  }

  /** @internal */
  public _parts(): { readonly exec: ExecMode; readonly scrub: boolean; readonly target?: string } {
    return { exec: this.mode, scrub: this.scrub, ...(this.target === undefined ? {} : { target: this.target }) };
  }
}
