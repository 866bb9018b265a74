// Comfort and safety for forms that write: one press sends once, a text is kept in this browser until it has
// arrived, and Ctrl+Enter (Cmd+Enter) sends.

const PREFIX = 'colloquy.draft.';
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

/** @param {HTMLTextAreaElement} area */
function keepDraft(area) {
  const key = PREFIX + area.dataset.draft;
  let changed = false; // a page that comes back from memory after sending must not keep its text again
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    attempt(() => {
      if (area.value.trim() === '') localStorage.removeItem(key);
      else localStorage.setItem(key, area.value);
    });
  };
  restore(area, key);
  area.addEventListener('input', () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  area.addEventListener('blur', keep);
  area.form?.addEventListener('submit', keep);
  addEventListener('pagehide', keep);
}

/** Gives a kept text back to an empty field, and says so beside it. @param {HTMLTextAreaElement} area @param {string} key */
function restore(area, key) {
  const kept = attempt(() => localStorage.getItem(key));
  if (!kept || area.value.trim() !== '') return;
  area.value = kept;
  const words = area.dataset.wRestored ?? area.closest('form')?.dataset.wRestored;
  if (!words) return;
  const note = document.createElement('p');
  note.className = 'meta';
  note.setAttribute('role', 'status');
  area.after(note);
  requestAnimationFrame(() => { note.textContent = words; });
}

/** What has arrived needs no draft any more: the page after a success names it. */
function clearDrafts() {
  const meta = document.querySelector('meta[name="draft-clear"]')?.getAttribute('content');
  for (const name of [document.body.dataset.draftClear, meta]) {
    if (name) attempt(() => localStorage.removeItem(PREFIX + name));
  }
}

clearDrafts();
for (const area of document.querySelectorAll('textarea[data-draft]')) {
  if (area instanceof HTMLTextAreaElement) keepDraft(area);
}
