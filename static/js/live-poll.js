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
    if (!document.hidden && !line.resting()) {
      try {
        const frames = await ask(listeners.values());
        if (line.needed() && !line.resting()) line.take(frames);
      } catch {
        line.failed();
      }
    }
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
  }
}

/** @param {Iterable<Listener>} listeners @returns {Promise<Frame[]>} */
async function ask(listeners) {
  const frames = [];
  for (const listener of listeners) {
    const sub = listener.sub();
    if (!sub) continue;
    const query = new URLSearchParams({ ch: sub.ch, since: String(sub.since), ep: sub.ep });
    const response = await fetch(`/live/changes?${query}`, { cache: 'no-store' });
    if (!response.ok) throw new Error(response.statusText);
    frames.push(...(await response.json()).frames);
  }
  return frames;
}
