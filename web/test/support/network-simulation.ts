/** A way from the server to a viewer, over time in seconds. */
export interface Network {
  /** In 1000 bit/s. */
  rate: (at: number) => number;
  /** What it adds to each picture, in milliseconds; without it 20. */
  delayMs?: (at: number) => number;
}

export interface Arrival {
  /** In seconds. */
  at: number;
  latenessMs: number;
}

const FPS = 30;
const GOP = 15;
/** A sync frame is so many times as large as another picture. */
const SYNC_WEIGHT = 5;
/** Behind so far, the server goes on with the newest sync frame. */
const SKIP_BEHIND_S = 1;

/** Sends a stream's pictures through a network, in order, one after the other. */
export class Sender {
  #freeAt = 0;
  #picture = 0;

  constructor(
    private readonly network: Network,
    private readonly kbps: number,
    /** When the first picture comes, in seconds; the first one is a sync frame. */
    private readonly from: number,
  ) {}

  /** The next picture's arrival. */
  next(): Arrival {
    let taken = this.from + this.#picture / FPS;
    if (this.#picture % GOP === 0 && this.#freeAt - taken > SKIP_BEHIND_S) {
      this.#picture += Math.floor((this.#freeAt - taken) * FPS / GOP) * GOP;
      taken = this.from + this.#picture / FPS;
    }
    const weight = this.#picture % GOP === 0 ? SYNC_WEIGHT : 1;
    const kilobits = (this.kbps / FPS) * GOP * (weight / (GOP - 1 + SYNC_WEIGHT));
    this.#freeAt = passed(Math.max(taken, this.#freeAt), kilobits, this.network.rate);
    this.#picture += 1;
    const at = this.#freeAt + (this.network.delayMs?.(taken) ?? 20) / 1000;
    return { at, latenessMs: (at - taken) * 1000 };
  }
}

/** The pictures of one stream of 2 Mbit/s. */
export function* arrivals(network: Network, seconds: number): Generator<Arrival> {
  const sender = new Sender(network, 2000, 0);
  for (let next = sender.next(); next.at < seconds; next = sender.next()) yield next;
}

/** When so many kilobits have passed that begin at `from`. */
function passed(from: number, kilobits: number, rate: (at: number) => number): number {
  const step = 0.002;
  let at = from;
  for (let left = kilobits; left > 0; at += step) left -= rate(at) * step;
  return at;
}
