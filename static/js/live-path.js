// A thread's address goes with its title.

/**
 * Leads every address of a thread on the page, and that of the page itself, to where the thread is now.
 * @param {string} old @param {string} path @param {Iterable<Element>} more what is not on the page yet
 */
export function lead(old, path, more) {
  /** @param {string} address */
  const moved = (address) => {
    const rest = address.startsWith(old) ? address.slice(old.length) : 'elsewhere';
    return /^($|[/?#])/.test(rest) ? path + rest : address;
  };
  for (const place of [document.body, ...more]) {
    for (const link of place.querySelectorAll('a[href]')) {
      const address = link.getAttribute('href') ?? '';
      if (moved(address) !== address) link.setAttribute('href', moved(address));
    }
  }
  const here = decodeURI(location.pathname);
  if (moved(here) !== here) history.replaceState(history.state, '', moved(here) + location.search + location.hash);
}
