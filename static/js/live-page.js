// The responses of a thread's page: changed ones are replaced, new ones enter at once when the reader is at the end,
// and otherwise wait behind a quiet link.

import { keepPlace, replace } from './live-keep.js';

const PAGE = 50; // numbers on a page
const NEAR = 120; // pixels below the screen that still count as the end
const SPEAK = 30_000; // between two announcements

export class ThreadPage {
  /** @type {HTMLElement} */ #root;
  /** @type {Map<number, Element>} */ #waiting = new Map();
  /** @type {Set<number>} */ #entered = new Set(); // since the last announcement
  /** @type {Set<number>} */ #beyond = new Set(); // new ones that stand on a later page
  #spoken = -SPEAK;
  #speaking = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#news?.addEventListener('click', () => this.#letIn());
  }

  get number() { return Number(this.#root.dataset.page) || 1; }
  get #last() { return Number(this.#root.dataset.last) || 0; }
  get #news() { return document.getElementById('live-news'); }
  get #list() { return this.#root.querySelector('#responses'); }

  /**
   * Puts a response in its present state.
   * @param {number} n @param {string} html
   */
  put(n, html) {
    const item = part(html);
    if (item) this.#place(n, item);
  }

  /** Puts the thread's own head in its present state. @param {string} html */
  head(html) {
    const old = this.#root.querySelector('#thread-head');
    const fresh = part(html);
    if (old && fresh) keepPlace(this.#root, () => replace(old, fresh));
  }

  /** Takes over a page fetched anew; what has not changed stays untouched. @param {HTMLElement} fresh */
  takeOver(fresh) {
    const head = fresh.querySelector('#thread-head');
    const old = this.#root.querySelector('#thread-head');
    if (head && old && !old.isEqualNode(head)) keepPlace(this.#root, () => replace(old, head));
    for (const item of fresh.querySelectorAll('li[data-n]')) this.#place(Number(item.getAttribute('data-n')), item);
    for (let n = this.#last + 1; n <= Number(fresh.dataset.last); n++) this.#announce(n, this.#beyond);
    for (const name of ['seq', 'ep', 'pages', 'last', 'own']) this.#root.dataset[name] = fresh.dataset[name] ?? '';
  }

  /** @param {number} n @param {Element} item */
  #place(n, item) {
    const old = this.#root.querySelector(`li[data-n="${n}"]`);
    if (old) {
      if (!old.isEqualNode(item)) keepPlace(this.#root, () => replace(old, item));
    } else if (this.#waiting.has(n)) {
      this.#waiting.set(n, item);
    } else if (Math.ceil(n / PAGE) === this.number && this.#list) {
      this.#waiting.set(n, item);
      const here = this.#atEnd();
      if (here) this.#letIn();
      this.#announce(n, here ? this.#entered : undefined);
    } else if (n > this.#last) {
      this.#announce(n, this.#beyond);
    }
    this.#root.dataset.last = String(Math.max(this.#last, n));
  }

  #atEnd() {
    const end = this.#list?.getBoundingClientRect().bottom ?? Infinity;
    return !document.hidden && end <= innerHeight + NEAR;
  }

  /** Lets what waits into the page, in order. */
  #letIn() {
    const numbers = [...this.#waiting.keys()].sort((a, b) => a - b);
    keepPlace(this.#root, () => {
      for (const n of numbers) {
        const item = this.#waiting.get(n);
        const next = [...this.#list?.children ?? []].find((other) => Number(other.getAttribute('data-n')) > n);
        if (!item) continue;
        item.querySelector('article')?.classList.add('just');
        this.#list?.insertBefore(item, next ?? null);
      }
    });
    this.#waiting.clear();
    if (this.#news?.querySelector('a')) this.#say();
  }

  /** @param {number} n @param {Set<number>} [among] */
  #announce(n, among) {
    among?.add(n);
    const rest = this.#spoken + SPEAK - performance.now();
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => this.#say(), Math.max(0, rest));
  }

  /** Says in the bar how many are new; the bar is a polite live region, so this is also the announcement. */
  #say() {
    clearTimeout(this.#speaking);
    const count = this.#waiting.size + this.#beyond.size;
    const words = count ? this.#words(count) : this.#entered.size ? this.#words(this.#entered.size) : '';
    this.#entered.clear();
    const label = document.createElement(count ? 'a' : 'span');
    label.textContent = words;
    if (label instanceof HTMLAnchorElement) label.href = this.#address();
    else label.className = 'vh';
    this.#news?.replaceChildren(...words ? [label] : []);
    if (words) this.#spoken = performance.now();
  }

  #address() {
    const here = Math.min(...this.#waiting.keys());
    if (Number.isFinite(here)) return `#r${here}`;
    const there = Math.min(...this.#beyond);
    return `${this.#root.dataset.path}?page=${Math.ceil(there / PAGE)}#r${there}`;
  }

  /** @param {number} count */
  #words(count) {
    const form = new Intl.PluralRules(document.documentElement.lang || 'en').select(count);
    const name = `wNews${form[0]?.toUpperCase()}${form.slice(1)}`;
    const words = this.#root.dataset[name] ?? this.#root.dataset.wNewsOther ?? '%d';
    return words.replace(/%d|\{n\}/, new Intl.NumberFormat(document.documentElement.lang || 'en').format(count));
  }
}

/** The element of a frame's markup, which the server has made. @param {string} html */
export function part(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}
