/** A quality that a stream has beside the camera's own picture. */
export interface Offer {
  quality: string;
  /** By a sub-stream of the camera, which costs nothing, or by the server, which costs it a lot. */
  made: 'camera' | 'transcode';
  /** In pixels; null as long as nobody has seen it. */
  width: number | null;
  height: number | null;
}

export interface Size {
  width: number;
  height: number;
}

/** What a choice depends on at one moment; times in milliseconds. */
export interface Situation {
  offers: readonly Offer[];
  /** Of the camera's own picture; null while unknown. */
  own: Size | null;
  /** Where it is shown, in device pixels; null while unknown. */
  tile: Size | null;
  /** More is sent than comes through, or than can be decoded. */
  behind: boolean;
  /** When it was not all well for the last time. */
  troubleAt: number;
}

export type Choice = 'high' | 'low';

/** So much is a small picture stretched at most, and so much if it is shown already. */
const STRETCH = 1.25;
const STRETCH_SHOWN = 1.5;
/** What a sub-stream measures, as long as nobody has seen it. */
const USUAL_WIDTH = 640;
/** A size counts once it has been the same for so long: elements move and grow. */
const SIZE_SETTLED_MS = 400;
/** So long all has to be well before the larger picture is tried again: first, and at most. */
const PATIENCE_MS = 10_000;
const PATIENCE_MOST_MS = 300_000;
/** The larger picture was left so soon: the try has failed. */
const FAILED_WITHIN_MS = 30_000;
/** The larger picture has been good for so long that what was before is forgotten. */
const PROVEN_MS = 300_000;
/** What could not be had is not asked for again so soon. */
const REFUSED_MS = 20_000;
/** The same of what this browser does not play. */
const UNPLAYABLE_MS = 600_000;

/**
 * Chooses between the camera's own picture and its small one, for one viewer.
 *
 * The small one is right where it fills its place well, but only if the camera makes it: a wall of
 * ten tiles would cost ten transcodes. It is right as well for a viewer who cannot keep up with the
 * large one, whoever makes it. The large one is tried again when all has been well for a while, and
 * after each try that fails for twice as long.
 */
export class QualityChoice {
  #small = false;
  #looked = false;
  #smallSince: number | null = null;
  #slow = false;
  #downAt = Number.NEGATIVE_INFINITY;
  #upAt = Number.NEGATIVE_INFINITY;
  #patience = PATIENCE_MS;
  #lowNotBefore = Number.NEGATIVE_INFINITY;

  decide(now: number, situation: Situation): Choice {
    const low = situation.offers.find(({ quality }) => quality === 'low');
    if (!low || now < this.#lowNotBefore) {
      this.#slow = this.#small = false;
      return 'high';
    }
    this.#followSize(now, situation, low);
    const isLow = this.#slow || this.#small;
    if (!isLow && situation.behind) this.#stepDown(now);
    else if (this.#slow && this.#isWell(now, situation)) this.#stepUp(now);
    return this.#slow || this.#small ? 'low' : 'high';
  }

  /** What was chosen could not be had, or does not play here. */
  refused(now: number, choice: Choice, plays = true): void {
    if (choice === 'low') this.#lowNotBefore = now + (plays ? REFUSED_MS : UNPLAYABLE_MS);
    else this.#stepDown(now);
  }

  #stepDown(now: number): void {
    const held = now - this.#upAt;
    if (held < FAILED_WITHIN_MS) this.#patience = Math.min(2 * this.#patience, PATIENCE_MOST_MS);
    else if (held > PROVEN_MS) this.#patience = PATIENCE_MS;
    this.#slow = true;
    this.#downAt = now;
  }

  #stepUp(now: number): void {
    this.#slow = false;
    this.#upAt = now;
  }

  #isWell(now: number, { behind, troubleAt }: Situation): boolean {
    return !behind && now - Math.max(this.#downAt, troubleAt) >= this.#patience;
  }

  #followSize(now: number, { own, tile }: Situation, low: Offer): void {
    if (!own || !tile || tile.width <= 0 || tile.height <= 0) return;
    const small = low.made === 'camera' && fills(low, own, tile, this.#small);
    const settled = !this.#looked || now - (this.#smallSince ?? now) >= SIZE_SETTLED_MS;
    this.#looked = true;
    if (small === this.#small || settled) {
      this.#small = small;
      this.#smallSince = null;
    } else {
      this.#smallSince ??= now;
    }
  }
}

/** Whether a small picture looks as good as the camera's own where it is shown. */
function fills(low: Offer, own: Size, tile: Size, shown: boolean): boolean {
  const drawn = own.width * Math.min(tile.width / own.width, tile.height / own.height);
  return drawn <= (low.width ?? USUAL_WIDTH) * (shown ? STRETCH_SHOWN : STRETCH);
}
