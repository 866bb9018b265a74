// <thread-list> keeps a list of threads live, by the protocol of docs/live-protocol.md.

import { line } from './live-line.js';
import { LineState } from './live-state.js';

/** @typedef {import('./live-line.js').Frame} Frame */
/** @typedef {import('./live-rows.js').Rows} Rows */

const EVERY = 10_000; // between two times that the list is loaded again
const SPREAD = 5_000; // over which the pages that do so come

class ThreadList extends HTMLElement {
  #channel = '';
  /** @type {Rows | null} */ #rows = null;
  /** @type {Frame[]} */ #frames = []; // to be taken together
  #taking = false;
  #away = false; // the line was lost since the page was loaded
  #resetting = false;
  #loading = 0; // the timer before the list is loaded again
  #loadedAt = 0;
  #state = new LineState(this, () => this.querySelector('[data-live="state"]'));

  connectedCallback() {
    this.#channel = this.dataset.channel ?? '';
    this.querySelector('[data-live="news"]')?.addEventListener('click', (event) => this.#letIn(event));
    if ('member' in this.dataset) line.listenForMember();
    line.listen(this.#channel, this);
  }

  disconnectedCallback() {
    line.forget(this.#channel);
  }

  /** Loads what changes the list, in one go. */
  async #prepare() {
    const [{ Rows }] = await Promise.all([import('./live-rows.js'), import('./live-keep.js'), import('./live-said.js')]);
    return this.#rows ??= new Rows(this, () => this.#doubt());
  }

  /** What to ask for on a new line. */
  sub() {
    return { t: /** @type {const} */ ('sub'), ch: this.#channel };
  }

  /** @param {Frame} frame */
  take(frame) {
    this.#frames.push(frame);
    if (!this.#taking) this.#settle();
  }

  async #settle() {
    this.#taking = true;
    await null; // what comes in one message is taken together
    const changes = this.#frames.some(({ t }) => t === 'ev');
    const rows = changes ? await this.#prepare().catch(() => null) : this.#rows;
    const frames = this.#frames.splice(0);
    this.#taking = false;
    const act = () => { for (const frame of frames) this.#apply(frame); };
    if (rows) rows.together(act);
    else act();
    if (changes && !rows) this.#doubt();
  }

  /** @param {Frame} frame */
  #apply(frame) {
    if (this.#resetting || this.#state.over) return;
    if (frame.t === 'ev' && frame.thread) this.#rows?.put(frame.thread, frame.html ?? '');
    else if (frame.t === 'ok') this.#compare(frame.threads ?? []);
    else if (frame.t === 'deny') this.#deny();
    else if (frame.t === 'reset') {
      this.#resetting = true;
      this.#rows?.forget();
      this.#loadIn(Math.random() * (frame.in_ms ?? 0));
    }
  }

  /** Looks whether the page lists what it should. @param {[number, number][]} threads at the head of the list */
  #compare(threads) {
    const rows = [...this.querySelectorAll('li')].filter((row) => row.dataset.thread);
    const seqs = new Map(rows.map((row) => [Number(row.dataset.thread), Number(row.dataset.seq)]));
    const first = 'first' in this.dataset;
    const stale = threads.slice(0, Math.max(1, rows.length)).some(([id, seq]) => {
      const shown = seqs.get(id);
      return shown === undefined ? first && !this.#rows?.counts(id, seq) : shown < seq;
    });
    const unknown = this.#away && [...seqs.keys()].some((id) => !threads.some(([other]) => other === id));
    this.#away = true;
    if (stale || unknown) this.#doubt();
  }

  /** The list is loaded again, but not for every change. */
  #doubt() {
    if (this.#loading || this.#state.over) return;
    this.#loadIn(Math.max(0, this.#loadedAt + EVERY - Date.now()) + Math.random() * SPREAD);
  }

  /** @param {number} wait */
  #loadIn(wait) {
    clearTimeout(this.#loading);
    this.#loading = setTimeout(() => this.#load(), wait);
  }

  async #load() {
    if (this.#state.over) return;
    if (document.hidden) return document.addEventListener('visibilitychange', () => this.#load(), { once: true });
    const answer = await this.#fetch();
    if (!answer) return this.#loadIn(EVERY * (1 + 2 * Math.random())); // the network is away
    const [rows, fresh] = answer;
    if (fresh?.dataset.channel !== this.#channel) return this.#deny();
    rows.together(() => rows.takeOver(fresh));
    if (!this.#resetting) return;
    this.#resetting = false;
    line.say(this.sub());
  }

  /** What changes the list, and the list as it is now: null where it is not open to the reader any more. */
  async #fetch() {
    const fetched = async () => (await import('./live-keep.js')).loaded(location.pathname + location.search, 'thread-list');
    const answer = await Promise.all([this.#prepare(), fetched()]).catch(() => null);
    if (!answer) return null;
    clearTimeout(this.#loading);
    this.#loading = 0;
    this.#loadedAt = Date.now();
    return answer;
  }

  /** @param {Event} event */
  async #letIn(event) {
    const link = event.target instanceof Element && event.target.closest('a');
    const elsewhere = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || elsewhere) return; // the link leads to this page
    event.preventDefault();
    const [rows, fresh] = await this.#fetch() ?? [];
    if (rows && fresh?.dataset.channel === this.#channel) rows.letIn(fresh);
    else location.assign(link.href);
  }

  #deny() {
    line.forget(this.#channel);
    this.state('denied');
  }

  /** @param {import('./live-line.js').State} state */
  state(state) {
    this.#state.say(state);
    if (this.#state.over) this.#rows?.end();
  }
}

customElements.define('thread-list', ThreadList);
