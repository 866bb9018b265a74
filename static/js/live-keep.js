// How live elements touch the page, so that the reader does not feel it: the line being read stays where it is, and
// what is focused, selected or opened stays so.

let held = false; // the place is being kept already
let owed = 0; // what the last move lacked, because the browser rounds
let where = -1; // the scroll position since then

/**
 * Does something to the page below root and keeps at its place on the screen what the reader writes in, else the first
 * visible item of the list.
 * @param {Element} root @param {() => void} act
 */
export function keepPlace(root, act) {
  if (held) return act();
  const field = writing(root);
  const before = (field ? [field] : visible(root)).map((element) => ({ element, top: element.getBoundingClientRect().top }));
  const still = scrollY === where ? owed : 0;
  held = true;
  try {
    act();
  } finally {
    held = false;
  }
  const kept = before.find(({ element }) => element.isConnected);
  if (!kept || scrollY === 0 && !field) return;
  const lacks = () => kept.element.getBoundingClientRect().top - kept.top + still;
  const moved = lacks();
  if (moved) scrollBy({ top: moved, behavior: 'instant' });
  const rest = moved ? lacks() : 0;
  [owed, where] = [Math.abs(rest) < 1 ? rest : 0, scrollY]; // more than rounding is the end of the page
}

/** The field outside of root that has the focus and is in sight. @param {Element} root */
function writing(root) {
  const field = document.activeElement;
  return field instanceof HTMLTextAreaElement && !root.contains(field) && inSight(field) ? field : null;
}

/** @param {Element} element */
function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/**
 * What can be seen, best first: the items that begin on the screen, the one that fills it, and what stands behind root.
 * @param {Element} root @returns {Element[]}
 */
function visible(root) {
  const seen = [...root.querySelectorAll('li[data-n], li[data-thread]')].filter(inSight);
  const begin = seen.findIndex((item) => item.getBoundingClientRect().top >= 0);
  const ordered = begin > 0 ? [...seen.slice(begin), ...seen.slice(0, begin)] : seen;
  for (let next = root.nextElementSibling; next; next = next.nextElementSibling) {
    if (inSight(next)) ordered.push(next);
  }
  return ordered;
}

/**
 * Makes an element equal to a fresh one, which is used up, and touches only what differs between them.
 * @param {Element} old @param {Element} fresh
 */
export function become(old, fresh) {
  const active = document.activeElement;
  const inside = active !== old && old.contains(active);
  turn(old, fresh);
  if (!inside || active?.isConnected) return;
  const place = old.querySelector('article, a[href]') ?? old; // what had the focus is gone
  if (!(place instanceof HTMLElement)) return;
  if (place.tabIndex < 0) {
    place.tabIndex = -1;
    place.addEventListener('blur', () => place.removeAttribute('tabindex'), { once: true });
  }
  place.focus({ preventScroll: true });
}

/** @param {Node} old @param {Node} fresh */
function turn(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old instanceof CharacterData && fresh instanceof CharacterData) return rewrite(old, fresh.data);
  if (old instanceof Element && fresh instanceof Element) dress(old, fresh);
  const [were, are] = [[...old.childNodes], [...fresh.childNodes]];
  while (were[0] && are[0]?.isEqualNode(were[0])) {
    were.shift();
    are.shift();
  }
  let behind = null; // the first of those that are equal again
  while (were.at(-1) && are.at(-1)?.isEqualNode(were.at(-1) ?? null)) {
    behind = were.pop() ?? null;
    are.pop();
  }
  for (const node of are) {
    const at = were.findIndex((other) => alike(other, node));
    if (at < 0) {
      old.insertBefore(node, were[0] ?? behind);
    } else {
      for (const gone of were.splice(0, at)) gone.parentNode?.removeChild(gone);
      const same = were.shift();
      if (same) turn(same, node);
    }
  }
  for (const gone of were) gone.parentNode?.removeChild(gone);
}

/** Whether a node is the other one in another state. @param {Node} a @param {Node} b */
function alike(a, b) {
  return a.nodeName === b.nodeName && name(a) === name(b);
}

/** @param {Node} node */
function name(node) {
  if (!(node instanceof HTMLElement)) return '';
  return node.id || node.dataset.thread || node.dataset.voice || '';
}

/** Changes the part of a text that differs: the browser keeps selections in the rest. @param {CharacterData} old @param {string} text */
function rewrite(old, text) {
  const was = old.data;
  const most = Math.min(was.length, text.length);
  let start = 0;
  while (start < most && was[start] === text[start]) start += 1;
  let end = 0;
  while (end < most - start && was.at(-1 - end) === text.at(-1 - end)) end += 1;
  old.replaceData(start, was.length - start - end, text.slice(start, text.length - end));
}

/** @param {Element} old @param {Element} fresh */
function dress(old, fresh) {
  for (const { name: attribute, value } of [...fresh.attributes]) {
    if (old.getAttribute(attribute) !== value) old.setAttribute(attribute, value);
  }
  for (const { name: attribute } of [...old.attributes]) {
    const readers = attribute === 'open' || attribute === 'tabindex';
    if (!fresh.hasAttribute(attribute) && !readers) old.removeAttribute(attribute);
  }
}

/** The element of a frame's markup, which the server has made. @param {string} html */
export function part(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/**
 * A part of a page loaded anew; null where the page is not open to this reader or holds no such part.
 * @param {string} address @param {string} selector @returns {Promise<HTMLElement | null>} fails when it cannot be known
 */
export async function loaded(address, selector) {
  const response = await fetch(address, { cache: 'no-store' });
  if ([401, 403, 404].includes(response.status)) return null;
  if (!response.ok) throw new Error(response.statusText);
  return new DOMParser().parseFromString(await response.text(), 'text/html').querySelector(selector);
}
