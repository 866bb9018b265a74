// A form that the device answers before it is sent: to make a passkey, or to use one. It is shown only where the
// browser knows passkeys, and at the host that they are bound to.

/** @param {string} text in base64url */
function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer @returns {string | undefined} in base64url */
function text(buffer) {
  if (!buffer) return undefined;
  const binary = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** What the device says, as the standard writes it (RegistrationResponseJSON, AuthenticationResponseJSON).
 * @param {PublicKeyCredential} credential */
function written({ id, rawId, type, response, authenticatorAttachment }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    Object.assign(said, { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] });
  } else if (response instanceof AuthenticatorAssertionResponse) {
    const { authenticatorData, signature, userHandle } = response;
    Object.assign(said, { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) });
  }
  return JSON.stringify({
    id, rawId: text(rawId), type, response: said, clientExtensionResults: {},
    authenticatorAttachment: authenticatorAttachment ?? undefined,
  });
}

/** The device's answer to options as the site writes them; those that make a passkey name a user. @param {any} options */
async function answer(options) {
  const known = (options.excludeCredentials ?? []).map((/** @type {any} */ c) => ({ ...c, id: bytes(c.id) }));
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  const credential = options.user
    ? await navigator.credentials.create({
      publicKey: { ...publicKey, user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: known },
    })
    : await navigator.credentials.get({ publicKey });
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('no passkey');
  return written(credential);
}

class PasskeyForm extends HTMLElement {
  #busy = false;

  connectedCallback() {
    const form = this.querySelector('form');
    const host = this.dataset.host ?? '';
    if (!form || !host || !window.PublicKeyCredential) return;
    if (location.hostname !== host && !location.hostname.endsWith(`.${host}`)) return this.#say('elsewhere');
    form.hidden = false;
    this.#say('');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#busy) this.#send(form);
    });
  }

  /** @param {HTMLFormElement} form */
  async #send(form) {
    this.#busy = true;
    try {
      const options = await this.#options(form);
      if (!options) return;
      this.#say('wait');
      const field = form.elements.namedItem('credential');
      if (field instanceof HTMLInputElement) field.value = await answer(options);
      this.#say('');
      form.submit();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      this.#say(name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : name === 'InvalidStateError' ? 'exists' : 'failed');
    } finally {
      this.#busy = false;
    }
  }

  /** Asks the site what to ask the device. A site that wants a proof first is followed there.
   * @param {HTMLFormElement} form */
  async #options(form) {
    const body = new URLSearchParams({ token: String(new FormData(form).get('token') ?? '') });
    const response = await fetch(this.dataset.options ?? '', { method: 'POST', body, redirect: 'manual' });
    if (response.type === 'opaqueredirect') {
      location.assign(`/settings/proof?next=${encodeURIComponent(form.getAttribute('action') ?? '/')}`);
      return null;
    }
    if (!response.ok) throw new TypeError('no options');
    return response.json();
  }

  /** @param {string} what of the words in the element's attributes; nothing when empty */
  #say(what) {
    const status = this.querySelector('[role="status"]');
    if (status) status.textContent = what && (this.dataset[`w${what[0]?.toUpperCase()}${what.slice(1)}`] ?? '');
  }
}

customElements.define('passkey-form', PasskeyForm);
