// The one websocket of this tab: it connects, notices a dead line, comes back, and polls where no websocket gets
// through. What the frames mean is the listeners' business.

/**
 * @typedef {{t: string, ch?: string, seq?: number, to?: number, k?: string, n?: number | number[], rev?: number,
 *   html?: string, why?: string, in_ms?: number, ep?: string, hb?: number}} Frame
 * @typedef {'live' | 'reconnecting' | 'offline' | 'ended'} State
 * @typedef {{t: 'sub', ch: string, since: number, ep: string}} Sub
 * @typedef {{sub: () => Sub | null, take: (frame: Frame) => void, state: (state: State) => void}} Listener
 *   sub is what to ask for on a new line, null when it wants nothing now
 */

const SILENCE = 55_000; // without a sign of life the line is dead
const GREETING = 10_000; // for the first frame on a new line
const REST = 300_000; // hidden for so long, a page does not knock any more

class Line {
  /** @type {Map<string, Listener>} */ #listeners = new Map();
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Map<string, number>} */ #timers = new Map();
  #tries = 0;
  #opened = false; // a websocket has got through at least once
  #heard = 0;
  #window = 0; // what the last bye has announced
  #hidden = 0;
  #resting = false; // between pagehide and pageshow, and for good when the session has ended
  #ended = false;
  #worried = false; // there is no line, and the page will say so
  #polled = false; // the last question by polling was answered

  constructor() {
    addEventListener('online', () => this.#connect());
    addEventListener('offline', () => this.#lost(0));
    addEventListener('pageshow', () => {
      this.#resting = this.#ended;
      this.#hasten();
    });
    addEventListener('pagehide', () => {
      this.#resting = true;
      this.#drop();
      this.#clear(...this.#timers.keys());
      this.#worried = false;
    });
    document.addEventListener('visibilitychange', () => {
      this.#hidden = document.hidden ? Date.now() : 0;
      if (!document.hidden) this.#hasten();
    });
  }

  /** Connects when nothing does, or when what does has long been silent. */
  #hasten() {
    if (!this.#socket || Date.now() - this.#heard > SILENCE) this.#connect();
  }

  /** @param {string} channel @param {Listener} listener */
  listen(channel, listener) {
    this.#listeners.set(channel, listener);
    if (this.#socket?.readyState === WebSocket.OPEN) this.say(listener.sub());
    else this.#hasten();
  }

  /** @param {string} channel */
  forget(channel) {
    if (this.#listeners.delete(channel)) this.say({ t: 'unsub', ch: channel });
    if (this.#listeners.size === 0) this.#drop();
  }

  /** Says something on the line; what cannot be said now is made good by the next sub. @param {object | null} frame */
  say(frame) {
    if (frame && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #connect() {
    this.#drop();
    if (this.#resting || this.#listeners.size === 0) return;
    this.#worry();
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`, 'colloquy.v1');
    this.#socket = socket;
    this.#hear(GREETING);
    socket.onopen = () => {
      this.#opened = true;
      this.#polled = false;
      this.#after('life', 10_000, () => { this.#tries = 0; });
      for (const listener of this.#listeners.values()) this.say(listener.sub());
    };
    socket.onmessage = (event) => {
      this.#hear(SILENCE);
      this.#take([JSON.parse(event.data)].flat());
    };
    socket.onclose = (event) => this.#lost(event.code);
  }

  /** Gives the old line up; what it still brings is not listened to. */
  #drop() {
    this.#clear('retry', 'silence', 'life');
    if (this.#socket) {
      this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#socket = null;
  }

  /** @param {number} code */
  #lost(code) {
    this.#drop();
    if (code === 4001 || code === 4003) {
      this.#resting = this.#ended = true;
      return this.#tell('ended');
    }
    this.#worry();
    let wait = Math.random() * Math.min(30_000, 500 * 2 ** this.#tries);
    if (code === 4009 || code === 4029) wait += 10_000;
    if (this.#window) wait = Math.random() * this.#window;
    this.#window = 0;
    this.#tries += 1;
    this.#after('retry', wait, () => {
      if (!this.#hidden || Date.now() - this.#hidden < REST) this.#connect();
    });
    if (!this.#opened && this.#tries === 3) this.#poll();
  }

  /** @param {number} patience until the next sign of life */
  #hear(patience) {
    this.#heard = Date.now();
    this.#after('silence', patience, () => this.#lost(0));
  }

  /** @param {Frame[]} frames */
  #take(frames) {
    this.#tell('live');
    for (const frame of frames) {
      if (frame.t === 'hb') this.say({ t: 'pong' });
      else if (frame.t === 'bye') this.#window = frame.in_ms ?? 0;
      else if (frame.ch) this.#listeners.get(frame.ch)?.take(frame);
    }
  }

  async #poll() {
    const { poll } = await import('./live-poll.js');
    await poll(this.#listeners, {
      needed: () => !this.#opened && !this.#ended,
      resting: () => this.#resting,
      take: (frames) => {
        this.#polled = true;
        this.#take(frames);
      },
      failed: () => {
        this.#polled = false;
        this.#worry();
      },
    });
  }

  /** Without a line for 4 s the page says so, after 20 s it says that it is not live. */
  #worry() {
    if (this.#worried || this.#polled || this.#resting) return;
    this.#worried = true;
    this.#after('reconnecting', 4_000, () => this.#each('reconnecting'));
    this.#after('offline', 20_000, () => this.#each('offline'));
  }

  /** @param {State} state */
  #tell(state) {
    this.#worried = false;
    this.#clear('reconnecting', 'offline');
    this.#each(state);
  }

  /** @param {State} state */
  #each(state) {
    for (const listener of this.#listeners.values()) listener.state(state);
  }

  /** @param {string} name @param {number} wait @param {() => void} act */
  #after(name, wait, act) {
    this.#clear(name);
    this.#timers.set(name, setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, wait));
  }

  /** @param {...string} names */
  #clear(...names) {
    for (const name of names) {
      clearTimeout(this.#timers.get(name));
      this.#timers.delete(name);
    }
  }
}

export const line = new Line();
