import { SampleWindow } from './sample-window';

/** A stretch of buffered media, in seconds of media time. */
export interface Range {
  start: number;
  end: number;
}

/** What the media element does at this moment. */
export interface Playhead {
  position: number;
  /** In order, as `HTMLMediaElement.buffered` gives them. */
  ranges: readonly Range[];
  /** A seek is under way. */
  seeking: boolean;
}

/** What the media element should do. */
export interface Decision {
  rate: number;
  seekTo: number | null;
}

/** Seconds, unless a name says otherwise. */
export interface EdgeOptions {
  /** What should still lie ahead of the playhead when the next data comes. */
  margin: number;
  /** What is delivered at a time, until it has been measured: a frame, a part or a segment. */
  lump: number;
}

/** The bounds nobody sees (or hears, where there is sound); and what is used while far behind. */
const SLOWEST = 0.95;
const FASTEST = 1.1;
const FASTEST_FAR = 1.25;
const FAR = 0.25;
/** A delivery and so much behind, a jump is less disturbing than many seconds of haste. */
const JUMP = 1;
/** While a stream is being joined, its picture is not yet watched. */
const JUMP_JOINING = 0.3;
const JOINING = 3;
/** Share of the error that is worked off in a second. */
const GAIN = 1;
/** Corrections begin at the first and end at the second: the rate rests at 1 in between. */
const ERROR_BEGIN = 0.012;
const ERROR_END = 0.004;
const RATE_STEP = 0.005;

const LATENESS_SPAN = 8;
const LATENESS_SAMPLES = 400;
const LATENESS_LEAST = 10;
/** One late arrival in fifty may cost a picture; waiting for it would delay all the others. */
const LATENESS_FRACTION = 0.98;
const PERCENTILES_EVERY = 0.1;
/** While jitter is unknown half a delivery more is kept ahead, less and less of it, for so long. */
const UNSETTLED_LUMPS = 0.5;
const SETTLED = 1;
const SETTLED_LUMPS = 4;
/** Growth within this time of the last is the same delivery. */
const SAME_DELIVERY = 0.006;
/** What is delivered at a time needs a margin in proportion: its duration is not exact. */
const LUMP_MARGIN = 0.1;
const LUMP_GAIN = 0.1;
/** So many deliveries and a second later than usual is an outage, not jitter. */
const OUTAGE = 1;
const OUTAGE_LUMPS = 2;
/** Chrome bridges holes of two frames by itself; what is wider has to be jumped. */
const HOLE = 0.1;

/** A still picture may stand so much longer for the sake of a smooth start. */
const PATIENCE = 0.5;

const STALL_STEP = 0.01;
const STALL_MOST = 0.1;
const STALL_HALF_LIFE = 5;

/**
 * Holds playback as close behind the live edge as the jitter of the arrivals allows.
 *
 * The controller knows two lines over local time: the end of the buffer, and the playhead. When
 * data comes, the end has waited since it was due; how long ("lateness": local time minus the
 * media time at the buffer's end, just before it grows) varies with the network. Playback at local
 * time minus `delay` never runs dry if `delay` exceeds every lateness, so the aim is a high
 * percentile of the newest seconds' lateness plus a margin. A percentile of a sliding window falls
 * again by itself, so a stall leaves nothing behind.
 *
 * The delay is corrected by the playback rate, in proportion to the error; jumps happen only over
 * holes or when far behind, and only to media that has been buffered.
 *
 * No clock and no element in here: times come in as seconds of one monotonic clock.
 */
export class LiveEdgeController {
  #lateness = new SampleWindow(LATENESS_SAMPLES);
  /** Percentiles of the lateness, renewed now and then. */
  #high = 0;
  #median = 0;
  #renewedAt = -Infinity;
  #begunAt = 0;
  #grewAt = 0;
  #end: number | null = null;
  #lump: number;
  #stallMargin = 0;
  #stalledAt = 0;
  #correcting = false;
  #jump = false;

  constructor(private readonly options: EdgeOptions) {
    this.#lump = options.lump;
  }

  /** The newest range has grown at `now`; call it after each append. */
  grew(now: number, range: Range): void {
    const end = this.#end;
    if (end === null || range.start > end + HOLE || range.end < end - HOLE) {
      this.#begin(now, range.end);
      return;
    }
    if (range.end <= end) return;
    const lateness = now - end;
    if (now - this.#grewAt > SAME_DELIVERY && !this.#isOutage(lateness)) {
      this.#lateness.add(now, lateness);
      if (this.#lateness.size === 1) this.#renewedAt = -Infinity;
      this.#lump += (range.end - end - this.#lump) * LUMP_GAIN;
    }
    // A join delivers old media in a hurry. While little is known, its first half is forgotten.
    const span = Math.min(LATENESS_SPAN, (now - this.#begunAt) / 2);
    this.#lateness.trim(now, span, span < LATENESS_SPAN ? 1 : LATENESS_LEAST);
    if (now - this.#renewedAt > PERCENTILES_EVERY) this.#renew(now);
    this.#grewAt = now;
    this.#end = range.end;
  }

  /** Playback ran dry at `now`. */
  stalled(now: number): void {
    this.#stallMargin = Math.min(STALL_MOST, this.#stallPenalty(now) + STALL_STEP);
    this.#stalledAt = now;
  }

  /** Go to the newest picture at the next decision, for example when a page is shown again. */
  jump(): void {
    this.#jump = true;
  }

  /** Begin anew: the timeline is another one. */
  reset(): void {
    this.#end = null;
    this.#lateness.clear();
  }

  /** How much media should lie ahead when data has just come, in seconds. */
  targetAhead(now: number): number {
    return this.#margin(now) + this.#high - this.#median + this.#lump;
  }

  decide(now: number, playhead: Playhead): Decision {
    const newest = playhead.ranges.at(-1);
    if (!newest || this.#end === null) return { rate: 1, seekTo: null };
    if (playhead.seeking) return { rate: 1, seekTo: null };
    // The playhead's local time minus media time should be the high lateness and the margin.
    const aim = now - this.#high - this.#margin(now);
    const behind = aim - playhead.position;
    if (this.#mustJump(now, playhead, newest, behind)) {
      if (this.#isWorthWaiting(now, playhead, aim - newest.start)) return { rate: 1, seekTo: null };
      this.#jump = false;
      this.#correcting = false;
      const seekTo = Math.max(newest.start, Math.min(aim, newest.end - this.options.margin));
      return { rate: 1, seekTo };
    }
    this.#jump = false;
    // Haste with an empty buffer would only turn one stall into many.
    const spare = newest.end - playhead.position - this.#margin(now);
    return { rate: this.#rate(Math.min(behind, Math.max(spare, 0))), seekTo: null };
  }

  #isOutage(lateness: number): boolean {
    const most = OUTAGE + OUTAGE_LUMPS * this.#lump;
    return this.#lateness.size > 0 && lateness - this.#median > most;
  }

  #begin(now: number, end: number): void {
    this.#lateness.clear();
    // What comes next is due a delivery from now.
    this.#high = this.#median = now - end + this.#lump;
    this.#begunAt = now;
    this.#grewAt = now;
    this.#end = end;
  }

  #mustJump(now: number, playhead: Playhead, newest: Range, behind: number): boolean {
    const far = now - this.#begunAt < JOINING ? JUMP_JOINING : JUMP;
    if (behind > far + this.#lump || (this.#jump && behind > ERROR_BEGIN)) return true;
    const { position } = playhead;
    if (position >= newest.start - HOLE) return position > newest.end + HOLE;
    const current = playhead.ranges.find(({ end }) => position <= end);
    return current === undefined || position < current.start - HOLE || position > current.end - HOLE;
  }

  /** Beyond a hole, playback that begins with less than the margin would at once run dry again. */
  #isWorthWaiting(now: number, { position, ranges }: Playhead, reserve: number): boolean {
    const shows = ranges.some(({ start, end }) => position >= start && position <= end + HOLE);
    return shows && reserve < 0 && now - this.#begunAt < PATIENCE;
  }

  #renew(now: number): void {
    this.#high = this.#lateness.percentile(LATENESS_FRACTION) ?? this.#high;
    this.#median = this.#lateness.percentile(0.5) ?? this.#median;
    this.#renewedAt = now;
  }

  #margin(now: number): number {
    const settled = (now - this.#begunAt) / Math.max(SETTLED, SETTLED_LUMPS * this.#lump);
    const lumps = Math.max(LUMP_MARGIN, UNSETTLED_LUMPS * (1 - settled));
    return this.options.margin + lumps * this.#lump + this.#stallPenalty(now);
  }

  #stallPenalty(now: number): number {
    return this.#stallMargin * 0.5 ** ((now - this.#stalledAt) / STALL_HALF_LIFE);
  }

  #rate(error: number): number {
    const size = Math.abs(error);
    this.#correcting = size > (this.#correcting ? ERROR_END : ERROR_BEGIN);
    if (!this.#correcting) return 1;
    const fastest = error > FAR ? FASTEST_FAR : FASTEST;
    const rate = Math.max(SLOWEST, Math.min(fastest, 1 + GAIN * error));
    return Math.round(rate / RATE_STEP) * RATE_STEP;
  }
}
