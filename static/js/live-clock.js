// Timers by the wall clock: a machine that sleeps and a page in the background hold timers up, and what is due by then
// is done as soon as the page runs again.

const TICK = 2_500; // between two looks at the clock

export class Clock {
  /** @type {Map<string, {id: number, at: number, run: () => void}>} */ #timers = new Map();

  constructor() {
    setInterval(() => this.wake(), TICK);
  }

  /** Does something after so many milliseconds, in the place of what had the same name.
   * @param {string} name @param {number} wait @param {() => void} act */
  after(name, wait, act) {
    this.clear(name);
    const run = () => {
      this.clear(name);
      act();
    };
    this.#timers.set(name, { id: setTimeout(run, wait), at: Date.now() + wait, run });
  }

  /** Does what is due. */
  wake() {
    for (const [name, { at, run }] of [...this.#timers]) {
      if (Date.now() >= at && this.#timers.get(name)?.run === run) run();
    }
  }

  /** @param {...string} names all without any */
  clear(...names) {
    for (const name of names.length ? names : [...this.#timers.keys()]) {
      clearTimeout(this.#timers.get(name)?.id);
      this.#timers.delete(name);
    }
  }
}
