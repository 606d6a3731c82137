/**
 * How far a run is, on one line of a terminal; nothing where stderr is none.
 *
 * @module
 */

const WIDTH = 24;

export class Progress {
  /** @param {number} steps */
  constructor(steps) {
    this.steps = steps;
    this.done = 0;
    this.started = Date.now();
  }

  /** Says what is being done now. @param {string} what */
  at(what) {
    if (!process.stderr.isTTY) return;
    const filled = Math.round((WIDTH * this.done) / this.steps);
    const left = this.done === 0 ? "" : ` ${this.left()} left`;
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    process.stderr.write(`\r\x1b[K${bar} ${this.done}/${this.steps}${left}  ${what}`);
  }

  step() {
    this.done++;
  }

  /** Empties the line, so that what is printed next stands alone. */
  clear() {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }

  /** @private */
  left() {
    const seconds = Math.round((((Date.now() - this.started) / this.done) * (this.steps - this.done)) / 1000);
    return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  }
}
