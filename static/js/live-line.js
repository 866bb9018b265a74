// The one websocket of this tab: it connects, notices a dead line, comes back, and polls where no websocket gets
// through. What the frames mean is the listeners' business.

import { Clock } from './live-clock.js';

/**
 * @typedef {{t: string, ch?: string, seq?: number, to?: number, k?: string, n?: number | number[], rev?: number,
 *   html?: string, why?: string, in_ms?: number, ep?: string, hb?: number, thread?: {id: number, seq: number},
 *   threads?: [number, number][]}} Frame
 * @typedef {'live' | 'reconnecting' | 'offline' | 'denied' | 'signed out' | 'suspended'} State
 * @typedef {{t: 'sub', ch: string, since?: number, ep?: string}} Sub
 * @typedef {{sub: () => Sub | null, take: (frame: Frame) => void, state: (state: State) => void}} Listener
 *   sub is what to ask for on a new line, null when it wants nothing now
 */

const SILENCE = 55_000; // without a sign of life the line is dead
const GREETING = 10_000; // for the first frame on a new line
const LIFE = 10_000; // a line that has lived so long was a good one
const REST = 300_000; // hidden for so long, a page does not knock any more
const ME = 'me';

class Line {
  /** @type {Map<string, Listener>} */ #listeners = new Map();
  /** @type {WebSocket | null} */ #socket = null;
  #clock = new Clock();
  #tries = 0; // failures since the last good line
  #opened = 0; // when the present line was opened, 0 while there is none
  #got = false; // a websocket has got through before
  #heard = 0;
  #window = 0; // what the last bye has announced
  #hidden = document.hidden ? Date.now() : 0;
  #resting = false; // between pagehide and pageshow, and for good when the session has ended
  /** @type {State | null} */ #end = null;
  #worried = false; // there is no line, and the page will say so
  #polling = false;
  #polled = false; // the last question by polling was answered

  constructor() {
    addEventListener('online', () => this.#connect());
    addEventListener('offline', () => this.#lost(0));
    addEventListener('pageshow', () => {
      this.#resting = this.#end !== null;
      this.#hasten();
    });
    addEventListener('pagehide', () => {
      this.#resting = true;
      this.#drop();
      this.#clock.clear();
      this.#worried = false;
    });
    document.addEventListener('visibilitychange', () => {
      this.#hidden = document.hidden ? Date.now() : 0;
      if (!document.hidden) this.#hasten();
    });
    document.addEventListener('resume', () => this.#hasten());
  }

  /** Connects when nothing does, or when what does has long been silent. */
  #hasten() {
    if (!this.#socket || Date.now() - this.#heard > SILENCE) this.#connect();
  }

  /** @param {string} channel @param {Listener} listener */
  listen(channel, listener) {
    this.#listeners.set(channel, listener);
    if (this.#end) listener.state(this.#end);
    else if (this.#socket?.readyState === WebSocket.OPEN) this.say(listener.sub());
    else this.#hasten();
  }

  /** Listens to what concerns the signed-in member: the end of the session or of the account. A line that knows of no
   * member comes after the end. */
  listenForMember() {
    this.listen(ME, {
      sub: () => ({ t: 'sub', ch: ME }),
      take: (frame) => {
        if (frame.k === 'end' || frame.t === 'deny') this.#finish(frame.why === 'suspended' ? 'suspended' : 'signed out');
      },
      state: () => {},
    });
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
      this.#opened = Date.now();
      this.#got = true;
      this.#polled = false;
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
    this.#clock.clear('retry', 'silence');
    if (this.#opened && Date.now() - this.#opened >= LIFE) this.#tries = 0;
    this.#opened = 0;
    if (this.#socket) {
      this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#socket = null;
  }

  /** @param {number} code */
  #lost(code) {
    this.#drop();
    if (code === 4001) return this.#finish('signed out');
    if (code === 4003) return this.#finish('suspended');
    if (this.#resting) return;
    this.#worry();
    let wait = Math.random() * Math.min(30_000, 500 * 2 ** this.#tries);
    if (code === 4009 || code === 4029) wait += 10_000;
    if (this.#window) wait = Math.random() * this.#window;
    this.#window = 0;
    this.#tries += 1;
    this.#clock.after('retry', wait, () => {
      if (!this.#hidden || Date.now() - this.#hidden < REST) this.#connect();
    });
    // A restart is over before the fifth failure; where no websocket has ever got through, there may be no way for any.
    if (this.#tries >= (this.#got ? 5 : 3)) this.#poll();
  }

  /** The session or the account has ended, and the line does not come back. @param {State} state */
  #finish(state) {
    this.#end ??= state;
    this.#resting = true;
    this.#drop();
    this.#tell(this.#end);
  }

  /** @param {number} patience until the next sign of life */
  #hear(patience) {
    this.#heard = Date.now();
    this.#clock.after('silence', patience, () => this.#lost(0));
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

  /** Asks without a websocket until one gets through. */
  async #poll() {
    if (this.#polling) return;
    this.#polling = true;
    const way = await import('./live-poll.js').catch(() => null); // the network is away: the next failure tries again
    await way?.poll(this.#listeners, {
      needed: () => !this.#opened && !this.#end,
      resting: () => this.#resting || document.hidden,
      take: (frames) => {
        this.#polled = true;
        this.#take(frames);
      },
      failed: () => {
        this.#polled = false;
        this.#worry();
      },
    });
    this.#polling = false;
  }

  /** Without a line for 4 s the page says so, after 20 s it says that it is not live. */
  #worry() {
    if (this.#worried || this.#polled || this.#resting) return;
    this.#worried = true;
    this.#clock.after('reconnecting', 4_000, () => this.#each('reconnecting'));
    this.#clock.after('offline', 20_000, () => this.#each('offline'));
  }

  /** @param {State} state */
  #tell(state) {
    this.#worried = false;
    this.#clock.clear('reconnecting', 'offline');
    this.#each(state);
  }

  /** @param {State} state */
  #each(state) {
    for (const listener of this.#listeners.values()) listener.state(state);
  }
}

export const line = new Line();
