// Comfort and safety for forms that write: one press sends once, a text is kept in this browser until it has
// arrived, and Ctrl+Enter (Cmd+Enter) sends.

const PREFIX = 'colloquy.draft.';
const SENT = 'colloquy.sent.'; // a text of this tab on its way
const POSTED = 'colloquy.posted.'; // and one that has arrived
const PAUSE = 400; // after the last key, before a draft is kept
const PATIENCE = 10_000; // for an answer, before a form can be sent again

/** Every access may fail: storage can be full or forbidden. @template T @param {() => T} act @returns {T | undefined} */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** @type {Map<HTMLFormElement, HTMLElement | null>} */
const sent = new Map();

// A disabled button sends neither name nor value, so it is disabled only after the form has gone out.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.set(form, event.submitter);
  setTimeout(() => able(event.submitter, false));
  setTimeout(() => release(form), PATIENCE);
});

// A page that comes back out of the browser's memory can be sent again.
addEventListener('pageshow', () => {
  for (const form of [...sent.keys()]) release(form);
});

/** @param {HTMLFormElement} form */
function release(form) {
  able(sent.get(form) ?? null, true);
  sent.delete(form);
}

/** @param {HTMLElement | null} button @param {boolean} yes */
function able(button, yes) {
  if (button instanceof HTMLButtonElement || button instanceof HTMLInputElement) button.disabled = !yes;
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target instanceof HTMLTextAreaElement && event.target.form;
  if (!form) return;
  event.preventDefault();
  /** @type {HTMLButtonElement | null} */
  const button = form.querySelector('button:not([type], [disabled]), button[type="submit"]:not([disabled])');
  if (!sent.has(form)) form.requestSubmit(button);
});

/** This tab's own name: two tabs that write in the same place keep both texts. */
const TAB = attempt(() => {
  const name = sessionStorage.getItem('colloquy.tab') ?? crypto.getRandomValues(new Uint32Array(2)).join('-');
  sessionStorage.setItem('colloquy.tab', name);
  return name;
}) ?? '';

/** @param {HTMLTextAreaElement} area */
function keepDraft(area) {
  const name = area.dataset.draft ?? '';
  let changed = false; // a page that comes back from memory after sending must not keep its text again
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    attempt(() => {
      if (area.value.trim() === '') localStorage.removeItem(place(name));
      else localStorage.setItem(place(name), JSON.stringify({ at: Date.now(), text: area.value, as: chosen(area)?.value }));
    });
  };
  const arrival = performance.getEntriesByType('navigation')[0];
  const back = arrival instanceof PerformanceNavigationTiming && arrival.type === 'back_forward';
  addEventListener('pageshow', (event) => { // by now the browser has filled the fields as they were
    if (back || event.persisted) forget(area, name);
    if (!event.persisted) restore(area, name);
  });
  area.addEventListener('input', () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  area.addEventListener('blur', keep);
  area.form?.addEventListener('change', () => {
    changed = true;
    keep();
  });
  area.form?.addEventListener('submit', () => {
    keep();
    attempt(() => sessionStorage.setItem(SENT + name, area.value));
  });
  addEventListener('pagehide', keep);
}

/** @param {string} name of a draft */
const place = (name) => `${PREFIX}${name}#${TAB}`;

/** As whom the text speaks, where there is a choice. @param {HTMLTextAreaElement} area */
function chosen(area) {
  const radio = area.form?.querySelector('[name="as"]:checked');
  return radio instanceof HTMLInputElement ? radio : undefined;
}

/** A text that comes back speaks as it was meant to, or asks again: never by name because that is where forms begin.
 * @param {HTMLTextAreaElement} area @param {string | undefined} as */
function choose(area, as) {
  const before = chosen(area);
  if (!as || !before || before.value === as) return;
  before.checked = false;
  for (const radio of area.form?.querySelectorAll('[name="as"]') ?? []) {
    if (radio instanceof HTMLInputElement) radio.checked = radio.value === as;
  }
}

/** What was kept last, by this tab if it has kept one; what is taken from another tab stays there as well.
 * @param {string} name */
function latest(name) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${name}#`));
  const kept = keys.map((key) => {
    const value = localStorage.getItem(key) ?? '';
    return { key, value, own: key === place(name), ...JSON.parse(value) };
  });
  kept.sort((a, b) => Number(b.own) - Number(a.own) || b.at - a.at);
  const [first] = kept;
  if (first && !first.own) sessionStorage.setItem(PREFIX + name, JSON.stringify([first.key, first.value]));
  return first;
}

/** Going back brings the text in the field back, which must not be posted twice. @param {HTMLTextAreaElement} area
 * @param {string} name */
function forget(area, name) {
  if (area.value && area.value === attempt(() => sessionStorage.getItem(POSTED + name))) area.value = '';
}

/** Gives a kept text back to an empty field, and says so beside it. @param {HTMLTextAreaElement} area @param {string} name */
function restore(area, name) {
  const kept = area.value.trim() === '' && attempt(() => latest(name));
  if (!kept) return;
  area.value = kept.text;
  choose(area, kept.as);
  const words = area.dataset.wRestored ?? area.closest('form')?.dataset.wRestored;
  if (!words) return;
  const note = document.createElement('p');
  note.className = 'meta';
  note.setAttribute('role', 'status');
  area.after(note);
  requestAnimationFrame(() => { note.textContent = words; });
}

/** What has arrived needs no draft any more, here or where it was taken from: the page after a success names it. */
function clearDraft() {
  const name = document.body.dataset.draftClear;
  if (!name) return;
  localStorage.removeItem(place(name));
  sessionStorage.setItem(POSTED + name, sessionStorage.getItem(SENT + name) ?? '');
  const [key, value] = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? '[]');
  sessionStorage.removeItem(PREFIX + name);
  if (key && localStorage.getItem(key) === value) localStorage.removeItem(key); // unless it was written on there
}

attempt(clearDraft);
for (const area of document.querySelectorAll('textarea[data-draft]')) {
  if (area instanceof HTMLTextAreaElement) keepDraft(area);
}
