// <thread-live> keeps the page of a thread equal to the thread, by the protocol of docs/live-protocol.md.

import { line } from './live-line.js';
import { ThreadPage } from './live-page.js';

/** @typedef {import('./live-line.js').Frame} Frame */

const BACK = 10_000; // how long the page says that the line is back

class ThreadLive extends HTMLElement {
  #channel = '';
  #page = new ThreadPage(this);
  #mine = 0; // the number up to which the page has everything
  #asked = 0; // subs that are not answered yet; before the answer numbers come with gaps
  #resetting = false;
  /** @type {Set<number>} */ #own = new Set();
  #said = '';
  #saying = 0;

  connectedCallback() {
    this.#channel = this.dataset.channel ?? '';
    this.#readPlace();
    document.getElementById('live-news')?.addEventListener('click', () => this.#showOwn());
    this.addEventListener('click', (event) => { // the list to jump from closes behind whoever has chosen
      const chosen = event.target instanceof Element && event.target.closest('.sheet a');
      if (chosen) chosen.closest('details')?.removeAttribute('open');
    });
    if (this.#channel) line.listen(this.#channel, this);
  }

  disconnectedCallback() {
    line.forget(this.#channel);
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
    this.#own = new Set((this.dataset.own ?? '').split(',').filter(Boolean).map(Number));
    this.#showOwn();
  }

  /** @param {Frame} frame */
  take(frame) {
    if (this.#resetting) return;
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
        this.#showOwn();
        break;
      case 'reset':
        this.#resetting = true;
        setTimeout(() => this.#startAgain(), Math.random() * (frame.in_ms ?? 0));
        break;
      case 'deny':
        this.#end();
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
    if (!this.#asked && seq > this.#mine + 1) {
      return line.say(this.#ask());
    }
    if (frame.k === 'thread') this.#page.head(frame.html ?? '');
    if (frame.k === 'response') this.#page.put(Number(frame.n), frame.html ?? '', seq);
    if (!this.#asked) this.#mine = last;
    this.#showOwn();
  }

  /** Fetches the page and takes it over in place; what the reader writes stands outside of it. */
  async #startAgain() {
    try {
      const response = await fetch(`${this.dataset.path}?page=${this.#page.number}`, { cache: 'no-store' });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const fresh = page.querySelector('thread-live');
      if (response.ok && fresh instanceof HTMLElement && fresh.dataset.channel === this.#channel) {
        this.#page.takeOver(fresh);
        this.#readPlace();
        this.#resetting = false;
        return line.say(this.sub());
      }
      if (response.ok || [401, 403, 404].includes(response.status)) return this.#end();
    } catch {
      // The network is away; it is tried again.
    }
    setTimeout(() => this.#startAgain(), 10_000 + Math.random() * 20_000);
  }

  #end() {
    line.forget(this.#channel);
    this.state('ended');
  }

  /** @param {import('./live-line.js').State} state */
  state(state) {
    if (state === this.#said || this.#said === 'ended') return;
    const back = state === 'live' && this.#said !== '';
    this.#said = state;
    const words = { live: 'wLive', reconnecting: 'wReconnecting', offline: 'wOffline', ended: 'wEnded' };
    clearTimeout(this.#saying);
    this.#show(back ? 'wBack' : words[state]);
    if (back) this.#saying = setTimeout(() => this.#show('wLive'), BACK);
  }

  /** @param {string} name */
  #show(name) {
    const place = document.getElementById('live-state');
    if (place) place.textContent = this.dataset[name] ?? '';
  }

  /** Fills the empty slots of the viewer's own responses with what they may do to them. */
  #showOwn() {
    const template = document.getElementById('own-acts');
    if (!(template instanceof HTMLTemplateElement)) return;
    for (const n of this.#own) {
      const slot = this.querySelector(`[data-own-acts="${n}"]`);
      if (!slot || slot.childElementCount) continue;
      slot.append(document.importNode(template.content, true));
      for (const element of slot.querySelectorAll('*')) {
        for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll('{n}', String(n));
      }
    }
  }
}

customElements.define('thread-live', ThreadLive);
