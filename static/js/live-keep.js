// Changes to the page that the reader does not feel: the line being read stays where it is, and focus, selection and
// opened details survive the replacement of what they stand in.

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

/**
 * Does something to the page below root and keeps at its place on the screen what the reader writes in, else the first
 * visible response.
 * @param {Element} root @param {() => void} act
 */
export function keepPlace(root, act) {
  const field = writing(root);
  const before = field ?? anchor(root);
  const top = before?.getBoundingClientRect().top ?? 0;
  const n = before?.getAttribute('data-n');
  act();
  if (!before || scrollY === 0 && !field) return;
  const after = before.isConnected ? before : root.querySelector(`li[data-n="${n}"]`);
  const moved = after ? after.getBoundingClientRect().top - top : 0;
  if (moved) scrollBy({ top: moved, behavior: 'instant' });
}

/** The field outside of root that has the focus and is in sight. @param {Element} root */
function writing(root) {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement) || root.contains(field)) return null;
  const { top, bottom } = field.getBoundingClientRect();
  return bottom > 0 && top < innerHeight ? field : null;
}

/**
 * The response that begins on the screen, else the one that fills it.
 * @param {Element} root
 */
function anchor(root) {
  let filling = null;
  for (const item of root.querySelectorAll('li[data-n]')) {
    const { top, bottom } = item.getBoundingClientRect();
    if (top >= 0) return top < innerHeight ? item : filling ?? item;
    if (bottom > 0) filling = item;
  }
  return filling;
}

/**
 * Puts one element in the place of another.
 * @param {Element} old @param {Element} fresh
 */
export function replace(old, fresh) {
  const focus = focusIn(old);
  const selection = selectionIn(old);
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  old.replaceWith(fresh);
  fresh.querySelectorAll('details').forEach((details, i) => { details.open = open[i] ?? details.open; });
  if (focus) focusAgain(fresh, focus);
  if (selection) selectAgain(fresh, selection);
}

/** @param {Element} old */
function focusIn(old) {
  const active = document.activeElement;
  if (!active || !old.contains(active)) return null;
  const like = [...old.querySelectorAll(FOCUSABLE)];
  return { id: active.id, href: active.getAttribute('href'), tag: active.tagName, index: like.indexOf(active) };
}

/** @param {Element} fresh @param {{id: string, href: string | null, tag: string, index: number}} was */
function focusAgain(fresh, was) {
  const like = [...fresh.querySelectorAll(FOCUSABLE)];
  const same = like.filter((element) => element.tagName === was.tag);
  const target = (was.id && same.find((element) => element.id === was.id))
    || (was.href && same.find((element) => element.getAttribute('href') === was.href))
    || (like[was.index]?.tagName === was.tag && like[was.index])
    || fresh.querySelector('article') || fresh;
  if (!(target instanceof HTMLElement)) return;
  if (!target.matches(FOCUSABLE)) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

/**
 * Where the selection begins and ends, counted in characters of the old element; -1 for an end outside of it.
 * @param {Element} old
 */
function selectionIn(old) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  if (!anchorNode || !focusNode) return null;
  const ends = [{ node: anchorNode, offset: anchorOffset }, { node: focusNode, offset: focusOffset }]
    .map(({ node, offset }) => ({ node, offset, at: old.contains(node) ? distance(old, node, offset) : -1 }));
  return ends.some((end) => end.at >= 0) ? ends : null;
}

/** @param {Element} root @param {Node} node @param {number} offset */
function distance(root, node, offset) {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** @param {Element} fresh @param {{node: Node, offset: number, at: number}[]} ends */
function selectAgain(fresh, ends) {
  const [from, to] = ends.map((end) => (end.at < 0 ? end : point(fresh, end.at)));
  if (from && to) getSelection()?.setBaseAndExtent(from.node, from.offset, to.node, to.offset);
}

/**
 * The place so many characters into an element, or its end.
 * @param {Element} root @param {number} at
 */
function point(root, at) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let rest = at;
  /** @type {Node | null} */ let last = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.nodeValue?.length ?? 0;
    if (rest <= length) return { node, offset: rest };
    rest -= length;
    last = node;
  }
  return last ? { node: last, offset: last.nodeValue?.length ?? 0 } : { node: root, offset: root.childNodes.length };
}
