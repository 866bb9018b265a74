// The responses of a thread's page: changed ones are replaced, new ones enter at once when the reader is at the end and
// does not write, and otherwise wait behind a quiet link. What the page says about them changes with them: the count,
// the voices and the jump list are those of a page loaded now.

import { keepPlace, replace } from './live-keep.js';

const PAGE = 50; // numbers on a page
const NEAR = 120; // pixels below the screen that still count as the end
const SPEAK = 30_000; // between two announcements

export class ThreadPage {
  /** @type {HTMLElement} */ #root;
  /** @type {Map<number, Element>} */ #waiting = new Map();
  /** @type {Set<number>} */ #entered = new Set(); // since the last announcement
  /** @type {Set<number>} */ #beyond = new Set(); // new ones that stand on a later page
  /** @type {Map<number, boolean>} */ #elsewhere = new Map(); // responses of other pages, and whether they are shown
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
   * @param {number} n @param {string} html @param {number} seq the number of the change
   */
  put(n, html, seq) {
    const item = part(html);
    if (!item) return;
    // The head says up to which change its own count goes.
    const counted = Number(this.#root.querySelector('#thread-head')?.getAttribute('data-seq')) || 0;
    this.#count(n, item, seq > counted);
    this.#place(n, item);
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
    const [voices, present] = [this.#root, fresh].map((root) => root.querySelector('.voices'));
    if (voices && present && !voices.isEqualNode(present)) keepPlace(this.#root, () => replace(voices, present));
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
        const next = [...this.#list?.children ?? []].find((other) => Number(other.getAttribute('data-n')) > n);
        if (!item) continue;
        item.querySelector('article')?.classList.add('just');
        this.#list?.insertBefore(item, next ?? null);
        this.#toJump(n);
      }
    });
    this.#waiting.clear();
    this.#show();
  }

  /** @param {number} n @param {Set<number>} [among] */
  #announce(n, among) {
    among?.add(n);
    this.#show();
    const rest = this.#spoken + SPEAK - performance.now();
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => this.#speak(), Math.max(0, rest));
  }

  /** Shows in the bar how many wait to be read. */
  #show() {
    const count = this.#waiting.size + this.#beyond.size;
    if (!count) return this.#news?.replaceChildren();
    const link = document.createElement('a');
    link.textContent = this.#words('wNews', count);
    link.href = this.#address();
    return this.#news?.replaceChildren(link);
  }

  /** Tells assistive technology how many are new, now and then only. */
  #speak() {
    const count = this.#waiting.size + this.#beyond.size || this.#entered.size;
    this.#entered.clear();
    const place = document.getElementById('live-said');
    if (!place || !count) return;
    place.replaceChildren(); // the same words again are another announcement
    requestAnimationFrame(() => { place.textContent = this.#words('wNews', count); });
    this.#spoken = performance.now();
  }

  #address() {
    const here = Math.min(...this.#waiting.keys());
    if (Number.isFinite(here)) return `#r${here}`;
    const there = Math.min(...this.#beyond);
    return `${this.#root.dataset.path}?page=${Math.ceil(there / PAGE)}#r${there}`;
  }

  /**
   * Brings what the page says of its responses to their number n being so from now on.
   * @param {number} n @param {Element} item @param {boolean} inHead whether the head's own count lacks this change
   */
  #count(n, item, inHead) {
    const old = this.#root.querySelector(`li[data-n="${n}"]`) ?? this.#waiting.get(n);
    const was = n <= this.#last && (old ? shown(old) : this.#elsewhere.get(n) ?? true);
    const is = shown(item);
    this.#elsewhere.set(n, is);
    if (was === is) return;
    const by = is ? 1 : -1;
    const total = this.#root.querySelector('[data-responses]');
    if (inHead && n > 1 && total instanceof HTMLElement) {
      const now = Number(total.dataset.responses) + by;
      total.dataset.responses = String(now);
      total.textContent = this.#words('wResponses', now);
    }
    this.#voice((is ? item : old)?.getAttribute('data-group') ?? '', by);
  }

  /** @param {string} group @param {number} by */
  #voice(group, by) {
    const item = this.#root.querySelector(`li[data-voice="${CSS.escape(group)}"]`);
    const data = item?.querySelector('data');
    if (!item || !data) return;
    const now = Math.max(0, Number(data.value) + by);
    data.value = String(now);
    data.textContent = now ? number(now) : '–';
    item.querySelector('.sg')?.classList.toggle('none', now === 0);
    const silence = item.querySelector('small');
    if (now) silence?.remove();
    else if (!silence) {
      const small = document.createElement('small');
      small.textContent = this.#root.dataset.wSilent ?? '';
      item.querySelector('bdi')?.after(small);
    }
    const missing = [...this.#root.querySelectorAll('li[data-voice]:has(data[value="0"]) bdi')].map((name) => name.textContent);
    const sentence = this.#root.querySelector('.voices p');
    const words = missing.length ? this.#root.dataset.wMissing : this.#root.dataset.wAllHeard;
    if (sentence) sentence.textContent = (words ?? '').replace('{groups}', list(missing));
  }

  /** Puts a number of this page into the list to jump from. @param {number} n */
  #toJump(n) {
    const map = this.#root.querySelector('.map');
    if (!map || map.querySelector(`a[href="#r${n}"]`)) return;
    const link = document.createElement('a');
    link.href = `#r${n}`;
    link.textContent = String(n);
    const item = document.createElement('li');
    item.append(link);
    map.insertBefore(item, [...map.children].find((other) => Number(other.textContent) > n) ?? null);
  }

  /** @param {'wNews' | 'wResponses'} name @param {number} count */
  #words(name, count) {
    const form = new Intl.PluralRules(lang()).select(count);
    const words = this.#root.dataset[`${name}${form[0]?.toUpperCase()}${form.slice(1)}`] ?? this.#root.dataset[`${name}Other`];
    return (words ?? '{n}').replace('{n}', number(count));
  }
}

const lang = () => document.documentElement.lang || 'en';

/** @param {number} n */
const number = (n) => new Intl.NumberFormat(lang()).format(n);

/** A list as the server writes it, without a comma before the last. @param {(string | null)[]} items */
const list = (items) => new Intl.ListFormat(lang() === 'en' ? 'en-GB' : lang()).format(items.map(String));

/** Whether a response is there to be read. @param {Element} item */
const shown = (item) => !item.querySelector('.gone');

/** The element of a frame's markup, which the server has made. @param {string} html */
export function part(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}
