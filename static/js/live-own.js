// What readers may do to their own responses: frames are the same for everybody and leave a slot for it.

/**
 * Fills the slots of the reader's own responses.
 * @param {ParentNode} place @param {Set<number>} own the numbers of the reader's responses
 */
export function fillOwn(place, own) {
  const template = document.getElementById('own-acts');
  if (!(template instanceof HTMLTemplateElement)) return;
  for (const slot of place.querySelectorAll('[data-own-acts]')) {
    const n = slot.getAttribute('data-own-acts') ?? '';
    if (slot.childElementCount || !own.has(Number(n))) continue;
    slot.append(document.importNode(template.content, true));
    for (const element of slot.querySelectorAll('*')) {
      for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll('{n}', n);
    }
  }
}
