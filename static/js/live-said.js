// What is new, said to assistive technology: all of it together, now and then only, and not at all where the reader
// wants to be left alone.

const GATHER = 500; // so that what comes together is said together
const SPEAK = 30_000; // between two announcements
const QUIET = 'colloquy.quiet';

/** Whether announcements are paused, in all tabs; where nothing can be kept they never are. */
function quiet() {
  try {
    return localStorage.getItem(QUIET) !== null;
  } catch {
    return false;
  }
}

export class Said {
  #place;
  #text;
  #pausing = 0; // until it may be spoken again
  #more = false; // something has come that is not said

  /** @param {() => Element | null} place @param {() => string} text of all that is new by then; empty for nothing */
  constructor(place, text) {
    this.#place = place;
    this.#text = text;
    document.addEventListener('visibilitychange', () => this.#speak());
  }

  /** Says what is new as soon as the last announcement is long enough ago. */
  soon() {
    this.#more = true;
    if (!this.#pausing) this.#pause(GATHER);
  }

  /** @param {number} time */
  #pause(time) {
    this.#pausing = setTimeout(() => {
      this.#pausing = 0;
      this.#speak();
    }, time);
  }

  #speak() {
    if (!this.#more || this.#pausing || document.hidden) return;
    this.#more = false;
    const text = this.#text();
    const place = this.#place();
    if (!text || !place || quiet()) return;
    this.#pause(SPEAK);
    place.replaceChildren(); // the same words again are another announcement
    requestAnimationFrame(() => { place.textContent = text; });
  }
}

/** Shows a button by which announcements are paused. @param {HTMLElement} button */
export function offer(button) {
  const show = () => button.setAttribute('aria-pressed', String(quiet()));
  button.addEventListener('click', () => {
    try {
      if (quiet()) localStorage.removeItem(QUIET);
      else localStorage.setItem(QUIET, '1');
    } catch {
      return; // without storage the button stays as it is
    }
    show();
  });
  addEventListener('storage', show);
  show();
  button.hidden = false;
}
