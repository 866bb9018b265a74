// The way of a page through whose network no websocket gets. It is loaded only there.

/** @typedef {import('./live-line.js').Frame} Frame */
/** @typedef {import('./live-line.js').Listener} Listener */

const EVERY = 15_000;

/**
 * Asks again and again what has changed, until a websocket gets through after all. The frames are those that it would
 * have brought.
 * @param {Map<string, Listener>} listeners
 * @param {{needed: () => boolean, resting: () => boolean, take: (frames: Frame[]) => void, failed: () => void}} line
 */
export async function poll(listeners, line) {
  while (line.needed()) {
    if (!line.resting()) await askAll(listeners, line);
    await new Promise((resolve) => {
      setTimeout(resolve, EVERY);
      document.addEventListener('visibilitychange', resolve, { once: true });
    });
  }
}

/** @param {Map<string, Listener>} listeners @param {Parameters<typeof poll>[1]} line */
async function askAll(listeners, line) {
  let failed = false;
  for (const [channel, listener] of [...listeners]) {
    const sub = channel !== 'me' && listener.sub(); // the end of a session shows in every answer
    if (!sub) continue;
    try {
      const frames = await ask(sub);
      if (line.needed() && !line.resting()) line.take(frames);
    } catch {
      failed = true;
    }
  }
  if (failed) line.failed();
}

/** @param {import('./live-line.js').Sub} sub @returns {Promise<Frame[]>} */
async function ask({ ch, since, ep }) {
  const query = new URLSearchParams({ ch });
  if (since !== undefined) query.set('since', String(since));
  if (ep) query.set('ep', ep);
  const response = await fetch(`/live/changes?${query}`, { cache: 'no-store' });
  if (!response.ok) throw new Error(response.statusText);
  return (await response.json()).frames;
}
