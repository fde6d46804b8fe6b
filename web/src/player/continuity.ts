import type { MediaHeader } from '../live/protocol';

/** Decode time and arrival moved apart so far: another timeline, for the server began again. */
const TIMELINE_BREAK_S = 2;

/** What to do with a chunk. */
export type Step =
  | 'append'
  /** It is there already, or nothing can be decoded from it. */
  | 'skip'
  /** Append the init segment, then the chunk. */
  | 'begin'
  /** Remove everything first: media times mean something else now. */
  | 'begin anew';

/**
 * Tells how a chunk follows what a SourceBuffer holds.
 *
 * Each subscription begins with an init segment and a burst from the newest sync frame. When it
 * only resumes the one before, as after a short loss of the network, most of that is buffered:
 * appending it again would throw out the pictures that play. Then what is new is appended alone,
 * and playback goes on without a seek.
 */
export class Continuity {
  #init: Uint8Array | null = null;
  #appendedInit: Uint8Array | null = null;
  /** Arrival at the server minus decode time, in seconds. */
  #timeline = 0;
  #last = -1;
  #awaitsSync = true;

  /** The init segment that belongs to the chunks which follow. */
  get init(): Uint8Array {
    return this.#init ?? new Uint8Array();
  }

  configure(init: Uint8Array): void {
    this.#init = init;
    this.#awaitsSync = true;
  }

  /** What comes next is not what followed the last chunk. */
  interrupt(): void {
    this.#awaitsSync = true;
  }

  step(header: MediaHeader, timescale: number): Step {
    if (!this.#init || (this.#awaitsSync && !header.sync)) return 'skip';
    const step = this.#awaitsSync ? this.#join(header, timescale) : this.#follow(header);
    this.#awaitsSync = false;
    if (step !== 'skip') this.#last = header.decodeTime;
    return step;
  }

  #join(header: MediaHeader, timescale: number): Step {
    const arrival = (header.captureMs + header.arrivalMs) / 1000;
    const timeline = arrival - header.decodeTime / timescale;
    const first = this.#appendedInit === null;
    const breaks = !first && Math.abs(timeline - this.#timeline) > TIMELINE_BREAK_S;
    const same = this.#appendedInit !== null && equal(this.init, this.#appendedInit);
    this.#timeline = timeline;
    this.#appendedInit = this.init;
    if (breaks) return 'begin anew';
    return same && header.decodeTime <= this.#last ? 'skip' : 'begin';
  }

  #follow(header: MediaHeader): Step {
    return header.decodeTime <= this.#last ? 'skip' : 'append';
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
