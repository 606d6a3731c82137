/**
 * Who waits for a signal to abort: one listener for all of them.
 *
 * A program has one signal for its end, and gives it to every request. Beyond ten
 * listeners Node warns of a leak, and each costs a microsecond.
 *
 * @module
 */

/** Calls `follower` when `signal`, which has not aborted, does. It throws nothing. */
export function followAbort(signal: AbortSignal, follower: () => void): void {
  let followers = followed.get(signal);
  if (followers === undefined) {
    followers = new Followers();
    followed.set(signal, followers);
  }
  if (followers.all.size === 0) signal.addEventListener("abort", followers, { once: true });
  followers.all.add(follower);
}

/** `follower` is called no more. */
export function unfollowAbort(signal: AbortSignal, follower: () => void): void {
  const followers = followed.get(signal);
  if (followers?.all.delete(follower) === true && followers.all.size === 0)
    signal.removeEventListener("abort", followers);
}

class Followers {
  readonly all: Set<() => void> = new Set();

  handleEvent(): void {
    // Each leaves as it is called, and may take others along.
    for (const follower of this.all) {
      this.all.delete(follower);
      follower();
    }
  }
}

const followed: WeakMap<AbortSignal, Followers> = new WeakMap();
