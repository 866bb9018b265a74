// What a thread's page says of its responses: how many there are, whose voices, and which pages they fill. All that stays
// as a page loaded now would have it.

import { become } from './live-keep.js';
import { words } from './live-state.js';

/**
 * @typedef {{shown: boolean, group: string}} Standing how a response counts: whether it can be read, and for which group
 * @typedef {{n: number, seq: number, was: Standing | undefined, is: Standing}} Change of response n; was is missing
 *   where the page cannot know it
 */

export class About {
  /** @type {HTMLElement} */ #root;
  #heard; // the change up to which the voices are counted
  #doubt;

  /** @param {HTMLElement} root @param {number} seq up to which the page has counted @param {() => void} doubt */
  constructor(root, seq, doubt) {
    this.#root = root;
    this.#heard = seq;
    this.#doubt = doubt;
  }

  get #head() { return this.#root.querySelector('#thread-head'); }
  /** The head says for itself up to which change it has counted. */
  get #counted() { return Number(this.#head?.getAttribute('data-seq')) || 0; }

  /** Everything up to a change is counted. @param {number} seq */
  upTo(seq) {
    this.#heard = Math.max(this.#heard, seq);
    this.#head?.setAttribute('data-seq', String(Math.max(this.#counted, seq)));
  }

  /** Brings count and voices to what they are after a change. @param {Change} change */
  count({ n, seq, was, is }) {
    if (!was) return seq > Math.min(this.#heard, this.#counted) ? this.#doubt() : undefined;
    const total = this.#root.querySelector('[data-responses]');
    if (was.shown !== is.shown && n > 1 && seq > this.#counted && total instanceof HTMLElement) {
      const now = Number(total.dataset.responses) + (is.shown ? 1 : -1);
      total.dataset.responses = String(now);
      total.textContent = words(this.#root, 'wResponses', now);
    }
    if (seq <= this.#heard || was.shown === is.shown && was.group === is.group) return;
    if (was.shown) this.#voice(was.group, -1);
    if (is.shown) this.#voice(is.group, 1);
    this.#missing();
  }

  /** @param {string} group @param {number} by */
  #voice(group, by) {
    const item = this.#root.querySelector(`li[data-voice="${CSS.escape(group)}"]`);
    const data = item?.querySelector('data');
    if (!item || !data) {
      // A group that takes no new members stands here once it has spoken.
      if (group && by > 0 && this.#root.querySelector('.voices')) this.#doubt();
      return;
    }
    const now = Math.max(0, Number(data.value) + by);
    data.value = String(now);
    data.textContent = now ? new Intl.NumberFormat(lang()).format(now) : '–';
    item.querySelector('.sg')?.classList.toggle('none', now === 0);
    const silence = item.querySelector('small');
    if (now) silence?.remove();
    else if (!silence) item.querySelector('bdi')?.after(make('small', {}, this.#root.dataset.wSilent ?? ''));
  }

  #missing() {
    const missing = [...this.#root.querySelectorAll('li[data-voice]:has(data[value="0"]) bdi')].map((name) => name.textContent);
    const sentence = this.#root.querySelector('.voices p');
    const text = missing.length ? this.#root.dataset.wMissing : this.#root.dataset.wAllHeard;
    // As the server writes a list: without a comma before the last.
    const list = new Intl.ListFormat(lang() === 'en' ? 'en-GB' : lang()).format(missing.map(String));
    if (sentence) sentence.textContent = (text ?? '').replace('{groups}', () => list);
  }

  /** Brings the pager and the other pages to jump to up to the last response. @param {number} size numbers on a page */
  pages(size) {
    const { path = '', wPages = '', wPager = '', wPrevious = '', wNext = '' } = this.#root.dataset;
    const page = Number(this.#root.dataset.page) || 1;
    const pages = Math.ceil(Number(this.#root.dataset.last) / size);
    this.#root.dataset.pages = String(pages);
    if (!(pages > 1)) return;
    const all = Array.from({ length: pages }, (_, i) => i + 1);
    /** @param {number} to @param {string} text @param {Record<string, string>} [more] */
    const link = (to, text, more) => make('li', {}, make('a', { href: to > 1 ? `${path}?page=${to}` : path, ...more }, text));

    const near = all.filter((to) => to === 1 || to === pages || Math.abs(to - page) <= 2)
      .map((to) => link(to, this.#range(to, size), to === page ? { 'aria-current': 'page' } : {}));
    if (page > 1) near.unshift(link(page - 1, wPrevious, { rel: 'prev' }));
    if (page < pages) near.push(link(page + 1, wNext, { rel: 'next' }));
    const pager = make('nav', { class: 'pager', 'aria-label': wPager }, make('ul', {}, ...near));
    const old = this.#root.querySelector('.pager');
    if (old) become(old, pager);
    else this.#root.append(pager);

    const others = make('ul', { class: 'pages' }, ...all.filter((to) => to !== page).map((to) => link(to, this.#range(to, size))));
    const known = this.#root.querySelector('.sheet .pages');
    if (known) become(known, others);
    else this.#root.querySelector('.sheet .map')?.after(make('p', { class: 'meta' }, wPages), others);
  }

  /** The numbers that a page holds. @param {number} page @param {number} size */
  #range(page, size) {
    const first = size * (page - 1) + 1;
    const last = Math.min(size * page, Math.max(first, Number(this.#root.dataset.last)));
    return (this.#root.dataset.wRange ?? '').replace('{first}', String(first)).replace('{last}', String(last));
  }
}

const lang = () => document.documentElement.lang || 'en';

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
