// The rows of a live list: those on the page become what they are now, and threads that would enter are counted in a
// quiet bar until they are asked for. It is loaded with the first change.

import { become, keepPlace, part } from './live-keep.js';
import { Said } from './live-said.js';
import { words } from './live-state.js';

export class Rows {
  /** @type {HTMLElement} */ #root;
  #doubt;
  /** @type {Map<number, number>} */ #known = new Map(); // the latest change seen of each thread
  /** @type {Set<number>} */ #news = new Set(); // threads that would stand in this list and do not
  #said = new Said(
    () => this.#root.querySelector('[data-live="said"]'),
    () => (this.#news.size ? words(this.#root, 'wNew', this.#news.size) : ''),
  );

  /** @param {HTMLElement} root @param {() => void} doubt what to do when only a list loaded anew can know something */
  constructor(root, doubt) {
    this.#root = root;
    this.#doubt = doubt;
  }

  get #bar() { return this.#root.querySelector('[data-live="news"]'); }
  get #first() { return 'first' in this.#root.dataset; }
  /** @param {number} id */
  #row(id) { return rowsOf(this.#root).find((row) => idOf(row) === id); }

  /** Makes several changes as one. @param {() => void} act */
  together(act) {
    keepPlace(this.#root, act);
    this.#show();
  }

  /** Whether a thread that is not on the page is counted in its present state. @param {number} id @param {number} seq */
  counts(id, seq) {
    return this.#news.has(id) && (this.#known.get(id) ?? 0) >= seq;
  }

  /** Puts a thread's row in its present state; without markup the thread is not in this list any more.
   * @param {{id: number, seq: number}} thread @param {string} html */
  put({ id, seq }, html) {
    const row = this.#row(id);
    if (seq < Math.max(this.#known.get(id) ?? 0, row ? seqOf(row) : 0)) return;
    this.#known.set(id, seq);
    this.#news.delete(id);
    const fresh = part(html);
    if (!(fresh instanceof HTMLElement)) row?.remove();
    else if (row && row.dataset.kind === undefined) this.#doubt(); // a short line, which no frame brings
    else if (row) become(row, fresh);
    else if (this.#enters(fresh)) {
      this.#news.add(id);
      this.#said.soon();
    }
  }

  /** Whether a row would stand on this page of the list. @param {HTMLElement} row */
  #enters(row) {
    const last = rowsOf(this.#root).at(-1);
    const { kind } = this.#root.dataset;
    if (!this.#first || kind && kind !== row.dataset.kind) return false;
    return !last || !goesOn(this.#root) || row.querySelector('.pinned') !== null || timeOf(row) >= timeOf(last);
  }

  /** Brings the rows of the page to what they are in a list loaded anew. @param {HTMLElement} fresh */
  takeOver(fresh) {
    const now = rowsOf(fresh);
    if (now.some((row) => seqOf(row) < (this.#known.get(idOf(row)) ?? 0))) return this.#doubt(); // it was kept somewhere
    const last = now.at(-1);
    for (const row of rowsOf(this.#root)) {
      const same = now.find((other) => idOf(other) === idOf(row));
      const pushed = last && goesOn(fresh) && timeOf(row) <= timeOf(last); // out of the page, not out of the list
      if (same) become(row, /** @type {HTMLElement} */ (same.cloneNode(true)));
      else if (!pushed) row.remove();
    }
    const before = this.#news;
    this.#news = new Set(this.#first ? now.map(idOf).filter((id) => !this.#row(id)) : []);
    for (const row of now) this.#known.set(idOf(row), seqOf(row));
    if ([...this.#news].some((id) => !before.has(id))) this.#said.soon();
  }

  /** Numbers may come again. */
  forget() {
    this.#known.clear();
  }

  /** Nothing new is named any more. */
  end() {
    this.#news.clear();
    this.#show();
  }

  /** Puts a list loaded anew in the place of the one on the page, as the reader has asked. @param {HTMLElement} fresh */
  letIn(fresh) {
    const were = rowsOf(this.#root).map(idOf);
    const [old, now] = [this.#root, fresh].map((list) => [...list.children].find((child) => !child.querySelector('[data-live]')));
    if (old && now && old.nodeName === now.nodeName) become(old, now);
    else if (old && now) old.replaceWith(now);
    const [behind, next] = [this.#root.nextElementSibling, fresh.nextElementSibling]; // leads on from the end of the list
    if (behind && next) become(behind, next);
    else if (next) this.#root.after(next);
    for (const row of rowsOf(this.#root)) this.#known.set(idOf(row), seqOf(row));
    this.end();
    const entered = rowsOf(this.#root).find((row) => !were.includes(idOf(row)));
    (entered ?? rowsOf(this.#root)[0])?.querySelector('a')?.focus();
  }

  /** Shows in the bar how many threads wait. */
  #show() {
    if (!this.#news.size) return this.#bar?.replaceChildren();
    const link = this.#bar?.querySelector('a') ?? document.createElement('a');
    link.textContent = words(this.#root, 'wNew', this.#news.size);
    link.href = location.pathname + location.search;
    if (!link.isConnected) this.#bar?.append(link);
  }
}

/** @param {Element} list @returns {HTMLElement[]} */
const rowsOf = (list) => [...list.querySelectorAll('li')].filter((row) => row.dataset.thread);
/** @param {HTMLElement} row */
const idOf = (row) => Number(row.dataset.thread);
/** @param {HTMLElement} row */
const seqOf = (row) => Number(row.dataset.seq);
/** When a thread was last active, in a form that sorts. @param {HTMLElement} row */
const timeOf = (row) => row.querySelector('time')?.dateTime ?? '';

/** Whether there are more threads than the page lists: the front page never lists all. @param {HTMLElement} list */
function goesOn(list) {
  return list.dataset.channel === 'front' || list.nextElementSibling?.querySelector('a[rel="next"]');
}
