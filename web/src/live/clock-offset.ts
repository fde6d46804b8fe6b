/** How far two quartz clocks may drift apart: 50 ppm, in milliseconds a millisecond. */
const DRIFT = 50e-6;
const KEPT = 16;

interface Exchange {
  receivedMs: number;
  offsetMs: number;
  halfRoundTripMs: number;
}

/**
 * The offset of the server's clock to this page's, from request and answer (RFC 5905 §8).
 *
 * An answer is right to about half its round trip, and grows older at the drift of two clocks. The
 * one with the smallest sum of both counts, so that a single quick exchange outlives many slow ones.
 */
export class ClockOffset {
  #exchanges: Exchange[] = [];
  #best: Exchange | null = null;

  /** All in milliseconds; `sentMs` and `receivedMs` on this page's clock. */
  add(sentMs: number, receivedMs: number, serverMs: number): void {
    if (!(receivedMs >= sentMs) || !Number.isFinite(serverMs)) return;
    this.#exchanges.push({
      receivedMs,
      offsetMs: serverMs - (sentMs + receivedMs) / 2,
      halfRoundTripMs: (receivedMs - sentMs) / 2,
    });
    if (this.#exchanges.length > KEPT) this.#exchanges.shift();
    this.#best = this.#exchanges.reduce((best, next) =>
      uncertainty(next, receivedMs) <= uncertainty(best, receivedMs) ? next : best,
    );
  }

  /** What to add to this page's clock to get the server's; null before the first answer. */
  get offsetMs(): number | null {
    return this.#best?.offsetMs ?? null;
  }

  /** How wrong the offset may be at `nowMs` of this page's clock. */
  uncertaintyMs(nowMs: number): number | null {
    return this.#best ? uncertainty(this.#best, nowMs) : null;
  }

  /** Forget everything: the server may be another one. */
  reset(): void {
    this.#exchanges = [];
    this.#best = null;
  }
}

function uncertainty(exchange: Exchange, nowMs: number): number {
  return exchange.halfRoundTripMs + Math.max(0, nowMs - exchange.receivedMs) * DRIFT;
}

/** Unix time of this page in milliseconds: it never jumps while the page lives. */
export function unixNow(): number {
  return performance.timeOrigin + performance.now();
}
