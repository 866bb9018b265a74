// <thread-live> keeps the page of a thread equal to the thread, by the protocol of docs/live-protocol.md.

import { line } from './live-line.js';
import { LineState, Readers } from './live-state.js';

/** @typedef {import('./live-line.js').Frame} Frame */
/** @typedef {import('./live-page.js').ThreadPage} ThreadPage */

const AHEAD = 3_000; // after which what changes the page is loaded, if the first change has not done that
const AGAIN = 10_000; // between two times that the page is loaded again for what it cannot know
const SPREAD = 5_000; // over which the pages that do so come

class ThreadLive extends HTMLElement {
  #channel = '';
  /** @type {ThreadPage | null} */ #page = null;
  /** @type {Frame[]} */ #frames = []; // to be taken together
  #taking = false;
  #mine = 0; // the number up to which the page has everything
  #asked = 0; // subs that are not answered yet; before the answer numbers come with gaps
  #resetting = false;
  #loading = 0; // the timer before the page is loaded again
  #loadedAt = 0;
  /** @type {Set<number>} */ #own = new Set();
  #state = new LineState(this, () => document.getElementById('live-state'));
  #readers = new Readers(this, () => document.getElementById('live-reading'));

  connectedCallback() {
    this.#channel = this.dataset.channel ?? '';
    this.#readPlace();
    this.addEventListener('click', (event) => { // the list to jump from closes behind whoever has chosen
      const chosen = event.target instanceof Element && event.target.closest('.sheet a');
      if (chosen) chosen.closest('details')?.removeAttribute('open');
    });
    this.addEventListener('toggle', () => this.#offerQuiet(), { capture: true, once: true });
    if ('member' in this.dataset) line.listenForMember();
    line.listen(this.#channel, this);
    setTimeout(() => document.hidden || this.#prepare().catch(() => {}), AHEAD * (1 + Math.random()));
  }

  disconnectedCallback() {
    line.forget(this.#channel);
  }

  async #offerQuiet() {
    const { offer } = await import('./live-said.js');
    const button = document.getElementById('live-quiet');
    if (button) offer(button);
  }

  /** Loads what changes the page, in one go. */
  async #prepare() {
    const [{ ThreadPage }] = await Promise.all([
      import('./live-page.js'), import('./live-keep.js'), import('./live-about.js'), import('./live-said.js'),
      import('./live-own.js'), import('./live-path.js'),
    ]);
    this.#page ??= new ThreadPage(this, this.#mine, () => this.#doubt());
    this.#page.own = this.#own;
    return this.#page;
  }

  /** What to ask for on a new line, where nothing is on its way any more. */
  sub() {
    this.#asked = 0;
    return this.#resetting ? null : this.#ask();
  }

  #ask() {
    this.#asked += 1;
    return { t: /** @type {const} */ ('sub'), ch: this.#channel, since: this.#mine, ep: this.dataset.ep ?? '' };
  }

  #readPlace() {
    this.#mine = Number(this.dataset.seq) || 0;
    for (const n of (this.dataset.own ?? '').split(',').filter(Boolean)) this.#own.add(Number(n));
  }

  /** @param {Frame} frame */
  take(frame) {
    this.#frames.push(frame);
    if (!this.#taking) this.#settle();
  }

  async #settle() {
    this.#taking = true;
    await null; // what comes in one message is taken together
    if (!this.#page && this.#frames.some(({ t }) => t === 'ev')) await this.#prepare().catch(() => this.#putOff());
    const frames = this.#frames.splice(0);
    this.#taking = false;
    const act = () => {
      for (const frame of frames) this.#apply(frame);
      return this.#mine;
    };
    if (this.#page) this.#page.together(act);
    else act();
    this.dataset.seq = String(this.#mine);
  }

  /** What cannot be shown yet is asked for once more. */
  #putOff() {
    this.#frames = [];
    setTimeout(() => line.say(this.sub()), AGAIN);
  }

  /** @param {Frame} frame */
  #apply(frame) {
    if (this.#resetting || this.#state.over) return;
    switch (frame.t) {
      case 'ev':
      case 'skip':
        this.#follow(frame);
        break;
      case 'ok':
        this.#asked = Math.max(0, this.#asked - 1);
        this.#mine = Math.max(this.#mine, frame.seq ?? 0);
        break;
      case 'own':
        for (const n of Array.isArray(frame.n) ? frame.n : []) this.#own.add(n);
        break;
      case 'reading':
        if (this.#state.live) this.#readers.show(Number(frame.n));
        break;
      case 'reset':
        this.#resetting = true;
        this.#loadIn(Math.random() * (frame.in_ms ?? 0));
        break;
      case 'deny':
        this.#deny();
        break;
    }
  }

  /**
   * Before ok only the latest states come, and the place stays until ok: a line cut in between then loses nothing.
   * After ok every number comes once; when one is missing, everything since mine is asked for again.
   * @param {Frame} frame
   */
  #follow(frame) {
    const seq = frame.seq ?? 0;
    const last = frame.to ?? seq;
    if (last <= this.#mine) return;
    if (!this.#asked && seq > this.#mine + 1) return line.say(this.#ask());
    if (frame.k === 'thread') this.#page?.head(frame.html ?? '');
    if (frame.k === 'response') this.#page?.put(Number(frame.n), frame.html ?? '', seq);
    if (!this.#asked) this.#mine = last;
  }

  /** The page cannot know what it should say now. It is loaded again, but not for every change. */
  #doubt() {
    if (this.#loading || this.#resetting || this.#state.over) return;
    this.#loadIn(Math.max(0, this.#loadedAt + AGAIN - Date.now()) + 1_000 + Math.random() * SPREAD);
  }

  /** @param {number} wait */
  #loadIn(wait) {
    clearTimeout(this.#loading);
    this.#loading = setTimeout(() => this.#load(), wait);
  }

  /** Loads the page again and takes it over in place; what the reader writes stands outside of it. */
  async #load() {
    if (this.#state.over) return;
    if (document.hidden) return document.addEventListener('visibilitychange', () => this.#load(), { once: true });
    const answer = await Promise.all([this.#prepare(), this.#fetch()]).catch(() => null);
    if (!answer) return this.#loadIn(AGAIN * (1 + 2 * Math.random())); // the network is away
    clearTimeout(this.#loading);
    this.#loading = 0;
    this.#loadedAt = Date.now();
    const [page, fresh] = answer;
    if (fresh?.dataset.channel === this.#channel) this.#takeOver(page, fresh);
    else this.#deny();
  }

  async #fetch() {
    const { loaded } = await import('./live-keep.js');
    return loaded(`${this.dataset.path}?page=${this.dataset.page}`, 'thread-live');
  }

  /** @param {ThreadPage} page @param {HTMLElement} fresh */
  #takeOver(page, fresh) {
    const newer = fresh.dataset.ep === this.dataset.ep && Number(fresh.dataset.seq) >= this.#mine;
    if (!newer && !this.#resetting) return this.#doubt();
    page.together(() => {
      page.takeOver(fresh);
      this.dataset.seq = fresh.dataset.seq ?? '';
      this.dataset.own = fresh.dataset.own ?? '';
      this.#readPlace();
      return this.#mine;
    });
    if (!this.#resetting) return;
    this.#resetting = false;
    line.say(this.sub());
  }

  #deny() {
    line.forget(this.#channel);
    this.state('denied');
  }

  /** @param {import('./live-line.js').State} state */
  state(state) {
    this.#state.say(state);
    if (!this.#state.live) this.#readers.show(0);
    if (this.#state.over) this.#page?.end();
  }
}

customElements.define('thread-live', ThreadLive);
