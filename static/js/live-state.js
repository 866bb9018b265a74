// What a live element says of its line, in the words that it carries, and how many read with it.

/** @typedef {import('./live-line.js').State} State */

const BACK = 10_000; // how long it says that the line is back
const READING = 10_000; // between two numbers of readers

/** @type {Record<State, string>} */
const WORDS = {
  live: 'wLive', reconnecting: 'wReconnecting', offline: 'wOffline',
  denied: 'wDenied', 'signed out': 'wSignedOut', suspended: 'wSuspended',
};

export class LineState {
  #root;
  #place;
  /** @type {State | ''} */ #said = '';
  #saying = 0;

  /** @param {HTMLElement} root that carries the words @param {() => Element | null} place where they are said */
  constructor(root, place) {
    this.#root = root;
    this.#place = place;
  }

  get live() { return this.#said === 'live'; }
  /** Whether the element will not be live again. */
  get over() { return this.#said === 'denied' || this.#said === 'signed out' || this.#said === 'suspended'; }

  /** @param {State} state */
  say(state) {
    if (state === this.#said || this.over) return;
    const back = state === 'live' && this.#said !== '';
    this.#said = state;
    clearTimeout(this.#saying);
    this.#show(back ? 'wBack' : WORDS[state]);
    if (back) this.#saying = setTimeout(() => this.#show('wLive'), BACK);
  }

  /** @param {string} name */
  #show(name) {
    const place = this.#place();
    if (place) place.textContent = this.#root.dataset[name] ?? '';
  }
}

export class Readers {
  #root;
  #place;
  #n = 0;
  #pausing = 0;

  /** @param {HTMLElement} root that carries the words @param {() => HTMLElement | null} place */
  constructor(root, place) {
    this.#root = root;
    this.#place = place;
  }

  /** Shows how many read, from two up; what comes in the next ten seconds waits, but for the end. @param {number} n */
  show(n) {
    this.#n = n;
    const place = this.#place();
    if (!place || n > 1 && this.#pausing) return;
    const text = n > 1 ? words(this.#root, 'wReading', n) : '';
    if (place.textContent === text) return;
    place.textContent = text;
    place.hidden = !text;
    clearTimeout(this.#pausing);
    this.#pausing = setTimeout(() => {
      this.#pausing = 0;
      this.show(this.#n);
    }, READING);
  }
}

/** A sentence of an element with a number in it, in the right form. @param {HTMLElement} root @param {string} name @param {number} n */
export function words(root, name, n) {
  const lang = document.documentElement.lang || 'en';
  const form = new Intl.PluralRules(lang).select(n);
  const text = root.dataset[`${name}${form[0]?.toUpperCase()}${form.slice(1)}`] ?? root.dataset[`${name}Other`];
  return (text ?? '{n}').replace('{n}', new Intl.NumberFormat(lang).format(n));
}
