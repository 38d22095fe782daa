/** A rule or profile that cannot be, thrown where it is written: one sentence with the place, the value and the fix. */
export class ProfileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProfileError';
  }
}
