// The responses of a thread's page: changed ones become what they are now, new ones enter at once when the reader is at
// the end and does not write, and otherwise wait behind a quiet link. It is loaded with the first change.

import { About } from './live-about.js';
import { become, keepPlace, part } from './live-keep.js';
import { fillOwn } from './live-own.js';
import { lead } from './live-path.js';
import { Said } from './live-said.js';
import { words } from './live-state.js';

/** @typedef {import('./live-about.js').Standing} Standing */

const PAGE = 50; // numbers on a page
const NEAR = 120; // pixels below the screen that still count as the end
const ABSENT = { shown: false, group: '' };

export class ThreadPage {
  /** @type {HTMLElement} */ #root;
  #about;
  #said = new Said(() => document.getElementById('live-said'), () => this.#toSay());
  /** @type {Set<number>} */ own = new Set(); // the reader's own responses
  /** @type {Map<number, Element>} */ #waiting = new Map();
  /** @type {Set<number>} */ #entered = new Set(); // since the last announcement
  /** @type {Set<number>} */ #beyond = new Set(); // new ones that stand on a later page
  /** @type {Map<number, Standing>} */ #elsewhere = new Map(); // responses of other pages, as far as they are known
  #here = false; // whether the reader was at the end before the present changes

  /** @param {HTMLElement} root @param {number} seq up to which the page has everything
   * @param {() => void} doubt what to do when only a page loaded anew can know something */
  constructor(root, seq, doubt) {
    this.#root = root;
    this.#about = new About(root, seq, doubt);
    this.#news?.addEventListener('click', () => {
      this.#letIn();
      setTimeout(() => this.#show()); // the link leads first to where it has led
    });
  }

  get #page() { return Number(this.#root.dataset.page) || 1; }
  get #last() { return Number(this.#root.dataset.last) || 0; }
  get #news() { return document.getElementById('live-news'); }
  get #list() { return this.#root.querySelector('#responses'); }

  /** Makes several changes as one, after which the page has everything up to seq. @param {() => number} act */
  together(act) {
    this.#here = this.#atEnd();
    keepPlace(this.#root, () => this.#about.upTo(act()));
    fillOwn(this.#root, this.own);
    this.#show();
  }

  /** Puts a response in its present state. @param {number} n @param {string} html @param {number} seq of the change */
  put(n, html, seq) {
    const item = part(html);
    if (!item) return;
    item.querySelector('a.num')?.setAttribute('href', `${this.#root.dataset.path}/${n}`); // the frame may be older than the title
    fillOwn(item, this.own);
    const [was, is] = [this.#standing(n), standing(item)];
    if (Math.ceil(n / PAGE) !== this.#page) this.#elsewhere.set(n, is);
    this.#place(n, item);
    this.#about.count({ n, seq, was, is });
  }

  /** Puts the thread's own head in its present state. @param {string} html */
  head(html) {
    const fresh = part(html);
    if (fresh instanceof HTMLElement) this.#turn(fresh, fresh.dataset.path);
  }

  /** @param {HTMLElement} head @param {string} [path] */
  #turn(head, path) {
    const old = this.#root.querySelector('#thread-head');
    const title = () => this.#root.querySelector('#thread-head h1 bdi')?.textContent ?? '';
    const was = title();
    if (old) become(old, head);
    document.title = document.title.replace(was, title);
    const from = this.#root.dataset.path ?? '';
    if (!path || path === from) return;
    this.#root.dataset.path = path;
    lead(from, path, this.#waiting.values());
  }

  /** Takes over a page loaded anew; what has not changed stays untouched. @param {HTMLElement} fresh */
  takeOver(fresh) {
    if (['seq', 'ep'].some((name) => fresh.dataset[name] !== this.#root.dataset[name])) this.#elsewhere.clear();
    for (const item of fresh.querySelectorAll('li[data-n]')) this.#place(Number(item.getAttribute('data-n')), item);
    for (let n = this.#last + 1; n <= Number(fresh.dataset.last); n++) this.#arrive(n, this.#beyond);
    for (const link of fresh.querySelectorAll('.map a')) { // what waits is not to be jumped to
      if (this.#waiting.has(Number(link.textContent))) link.closest('li')?.remove();
    }
    const head = fresh.querySelector('#thread-head');
    if (head instanceof HTMLElement) this.#turn(head, fresh.dataset.path);
    for (const name of ['.voices', '.sheet', '.pager']) {
      const [old, now] = [this.#root, fresh].map((root) => root.querySelector(name));
      if (old && now) become(old, now);
      else if (now) this.#root.append(now);
    }
    for (const name of ['ep', 'pages', 'last']) this.#root.dataset[name] = fresh.dataset[name] ?? '';
  }

  /** Nothing new is named any more. */
  end() {
    for (const named of [this.#waiting, this.#beyond, this.#entered]) named.clear();
    this.#show();
  }

  /** How a response counts on the page now; undefined where the page cannot know it. @param {number} n */
  #standing(n) {
    if (n > this.#last) return ABSENT;
    const item = this.#root.querySelector(`li[data-n="${n}"]`) ?? this.#waiting.get(n);
    return item ? standing(item) : this.#elsewhere.get(n);
  }

  /** @param {number} n @param {Element} item */
  #place(n, item) {
    const old = this.#root.querySelector(`li[data-n="${n}"]`);
    if (old) {
      if (old.querySelector('.just')) item.querySelector('article')?.classList.add('just');
      become(old, item);
    } else if (Math.ceil(n / PAGE) === this.#page) {
      if (!this.#waiting.has(n)) this.#arrive(n, this.#here ? this.#entered : undefined);
      this.#waiting.set(n, item);
      if (this.#here) this.#letIn();
    } else if (n > this.#last) {
      this.#arrive(n, this.#beyond);
    }
    if (n <= this.#last) return;
    this.#root.dataset.last = String(n);
    this.#about.pages(PAGE);
  }

  #atEnd() {
    if (document.activeElement instanceof HTMLTextAreaElement) return false; // who writes sees nothing move
    const end = this.#list?.getBoundingClientRect().bottom ?? Infinity;
    return !document.hidden && end <= innerHeight + NEAR;
  }

  /** Lets what waits into the page, in order. */
  #letIn() {
    const numbers = [...this.#waiting.keys()].sort((a, b) => a - b);
    keepPlace(this.#root, () => {
      for (const n of numbers) {
        const item = this.#waiting.get(n);
        if (!item) continue;
        item.querySelector('article')?.classList.add('just');
        insert(this.#list, item, (other) => Number(other.getAttribute('data-n')) > n);
        const link = document.createElement('li');
        link.append(Object.assign(document.createElement('a'), { href: `#r${n}`, textContent: String(n) }));
        insert(this.#root.querySelector('.map'), link, (other) => Number(other.textContent) > n);
      }
    });
    this.#waiting.clear();
    fillOwn(this.#root, this.own);
  }

  /** @param {number} n @param {Set<number>} [among] */
  #arrive(n, among) {
    among?.add(n);
    this.#said.soon();
  }

  #toSay() {
    const count = this.#waiting.size + this.#beyond.size || this.#entered.size;
    this.#entered.clear();
    return count ? words(this.#root, 'wNews', count) : '';
  }

  /** Shows in the bar how many wait to be read. */
  #show() {
    const count = this.#waiting.size + this.#beyond.size;
    if (!count) return this.#news?.replaceChildren();
    const link = this.#news?.querySelector('a') ?? document.createElement('a');
    link.textContent = words(this.#root, 'wNews', count);
    link.href = this.#address();
    if (!link.isConnected) this.#news?.append(link);
  }

  #address() {
    const here = Math.min(...this.#waiting.keys());
    if (Number.isFinite(here)) return `#r${here}`;
    const there = Math.min(...this.#beyond);
    return `${this.#root.dataset.path}?page=${Math.ceil(there / PAGE)}#r${there}`;
  }
}

/** @param {Element} item @returns {Standing} */
function standing(item) {
  return item.querySelector('.gone') ? ABSENT : { shown: true, group: item.getAttribute('data-group') ?? '' };
}

/** Puts an item into a list before the first one that comes after it.
 * @param {Element | null} list @param {Element} item @param {(other: Element) => boolean} after */
function insert(list, item, after) {
  list?.insertBefore(item, [...list.children].find(after) ?? null);
}
