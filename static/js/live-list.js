// <thread-list> keeps a list of threads live: the rows on the page become what they are now, and threads that would
// enter are counted in a quiet bar until they are asked for. It speaks the protocol of docs/live-protocol.md.

import { become, keepPlace, loaded, part } from './live-keep.js';
import { line } from './live-line.js';
import { Said } from './live-said.js';
import { LineState, words } from './live-state.js';

/** @typedef {import('./live-line.js').Frame} Frame */

const EVERY = 10_000; // between two times that the list is loaded again
const SPREAD = 5_000; // over which the pages that do so come

class ThreadList extends HTMLElement {
  #channel = '';
  /** @type {Frame[]} */ #frames = []; // of one message, to be taken together
  /** @type {Map<number, number>} */ #known = new Map(); // the latest change seen of each thread
  /** @type {Set<number>} */ #news = new Set(); // threads that would stand in this list and do not
  #away = false; // the line was lost since the page was loaded
  #resetting = false;
  #loading = 0; // the timer before the list is loaded again
  #loadedAt = 0;
  #state = new LineState(this, () => this.#part('state'));
  #said = new Said(() => this.#part('said'), () => (this.#news.size ? words(this, 'wNew', this.#news.size) : ''));

  connectedCallback() {
    this.#channel = this.dataset.channel ?? '';
    this.#part('news')?.addEventListener('click', (event) => this.#letIn(event));
    line.listen(this.#channel, this);
    if ('member' in this.dataset) line.listenForMember();
  }

  disconnectedCallback() {
    line.forget(this.#channel);
  }

  /** What to ask for on a new line. */
  sub() {
    return { t: /** @type {const} */ ('sub'), ch: this.#channel };
  }

  /** @param {'news' | 'said' | 'state'} name */
  #part(name) { return this.querySelector(`[data-live="${name}"]`); }

  get #rows() { return rowsOf(this); }
  /** @param {number} id */
  #row(id) { return this.#rows.find((row) => idOf(row) === id); }

  /** @param {Frame} frame */
  take(frame) {
    if (this.#frames.push(frame) === 1) queueMicrotask(() => this.#settle());
  }

  #settle() {
    const frames = this.#frames.splice(0);
    keepPlace(this, () => frames.forEach((frame) => this.#apply(frame)));
    this.#show();
  }

  /** @param {Frame} frame */
  #apply(frame) {
    if (this.#resetting || this.#state.over) return;
    if (frame.t === 'ev' && frame.thread) this.#put(frame.thread, frame.html ?? '');
    else if (frame.t === 'ok') this.#compare(frame.threads ?? []);
    else if (frame.t === 'deny') this.#deny();
    else if (frame.t === 'reset') {
      this.#resetting = true;
      this.#known.clear(); // numbers may come again
      this.#loadIn(Math.random() * (frame.in_ms ?? 0));
    }
  }

  /** Puts a thread's row in its present state; without markup the thread is not in this list any more.
   * @param {{id: number, seq: number}} thread @param {string} html */
  #put({ id, seq }, html) {
    const row = this.#row(id);
    if (seq < Math.max(this.#known.get(id) ?? 0, row ? seqOf(row) : 0)) return;
    this.#known.set(id, seq);
    const fresh = part(html);
    this.#news.delete(id);
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
    const last = this.#rows.at(-1);
    const { first, kind } = this.dataset;
    if (first === undefined || kind && kind !== row.dataset.kind) return false;
    return !last || !this.#goesOn(this) || row.querySelector('.pinned') !== null || timeOf(row) >= timeOf(last);
  }

  /** Whether there are more threads than the page lists. @param {HTMLElement} list */
  #goesOn(list) {
    return this.#channel === 'front' || list.nextElementSibling?.querySelector('a[rel="next"]');
  }

  /** Looks whether the page lists what it should. @param {[number, number][]} threads at the head of the list */
  #compare(threads) {
    const first = 'first' in this.dataset;
    const stale = threads.slice(0, Math.max(1, this.#rows.length)).some(([id, seq]) => {
      const row = this.#row(id);
      return row ? seqOf(row) < seq : first && !(this.#news.has(id) && (this.#known.get(id) ?? 0) >= seq);
    });
    const missed = this.#away && this.#rows.some((row) => !threads.some(([id]) => id === idOf(row)));
    this.#away = true;
    if (stale || missed) this.#doubt();
  }

  /** The list is loaded again, but not for every change. */
  #doubt() {
    if (!this.#loading) this.#loadIn(Math.max(0, this.#loadedAt + EVERY - Date.now()) + Math.random() * SPREAD);
  }

  /** @param {number} wait */
  #loadIn(wait) {
    clearTimeout(this.#loading);
    this.#loading = setTimeout(() => this.#load(), wait);
  }

  async #load() {
    if (this.#state.over) return;
    if (document.hidden) return document.addEventListener('visibilitychange', () => this.#load(), { once: true });
    const fresh = await this.#fetch().catch(() => undefined);
    if (fresh === undefined) return this.#loadIn(EVERY * (1 + 2 * Math.random())); // the network is away
    if (fresh?.dataset.channel !== this.#channel) return this.#deny();
    keepPlace(this, () => this.#takeOver(fresh));
    this.#show();
    if (!this.#resetting) return;
    this.#resetting = false;
    line.say(this.sub());
  }

  async #fetch() {
    const fresh = await loaded(location.pathname + location.search, 'thread-list');
    clearTimeout(this.#loading);
    this.#loading = 0;
    this.#loadedAt = Date.now();
    return fresh;
  }

  /** Brings the rows of the page to what they are in a list loaded anew. @param {HTMLElement} fresh */
  #takeOver(fresh) {
    const now = rowsOf(fresh);
    const last = now.at(-1);
    if (now.some((row) => seqOf(row) < (this.#known.get(idOf(row)) ?? 0))) return this.#doubt(); // it was kept somewhere
    for (const row of this.#rows) {
      const same = now.find((other) => idOf(other) === idOf(row));
      const pushed = this.#goesOn(fresh) && last && timeOf(row) <= timeOf(last); // out of the page, not out of the list
      if (same) become(row, /** @type {Element} */ (same.cloneNode(true)));
      else if (!pushed) row.remove();
    }
    const before = this.#news;
    this.#news = new Set('first' in this.dataset ? now.map(idOf).filter((id) => !this.#row(id)) : []);
    for (const row of now) this.#known.set(idOf(row), seqOf(row));
    if (![...this.#news].every((id) => before.has(id))) this.#said.soon();
  }

  /** Puts the list as it is now in the place of the one on the page, as the reader has asked. @param {Event} event */
  async #letIn(event) {
    const link = event.target instanceof Element && event.target.closest('a');
    const elsewhere = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || elsewhere) return; // the link leads to the page itself
    event.preventDefault();
    const fresh = await this.#fetch().catch(() => null);
    const [old, now] = [this, fresh].map((list) => [...list?.children ?? []].find((child) => !child.querySelector('[data-live]')));
    if (!fresh || !old || !now) return location.assign(link.href);
    const were = this.#rows.map(idOf);
    if (old.nodeName === now.nodeName) become(old, now);
    else old.replaceWith(now);
    const [behind, next] = [this.nextElementSibling, fresh.nextElementSibling]; // leads on from the end of the list
    if (behind && next) become(behind, next);
    else if (next) this.after(next);
    this.#news.clear();
    this.#show();
    const first = this.#rows.find((row) => !were.includes(idOf(row))) ?? this.#rows[0];
    first?.querySelector('a')?.focus();
  }

  /** Shows in the bar how many threads wait. */
  #show() {
    const news = this.#part('news');
    if (!this.#news.size) return news?.replaceChildren();
    const link = news?.querySelector('a') ?? document.createElement('a');
    link.textContent = words(this, 'wNew', this.#news.size);
    link.href = location.pathname + location.search;
    if (!link.isConnected) news?.append(link);
  }

  #deny() {
    line.forget(this.#channel);
    this.state('denied');
  }

  /** @param {import('./live-line.js').State} state */
  state(state) {
    this.#state.say(state);
    if (!this.#state.over) return;
    this.#news.clear();
    this.#show();
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

customElements.define('thread-list', ThreadList);
