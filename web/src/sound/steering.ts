import { SampleWindow } from '../edge/sample-window';

/** What is known when some sound is to be placed; seconds, on one monotonic clock if not media time. */
export interface Arrival {
  now: number;
  /** Media time of its first sample. */
  start: number;
  duration: number;
  /** The first moment at which anything that is handed over now can be heard. */
  earliest: number;
  /** When what has been handed over ends; null if there is nothing. */
  end: number | null;
}

export type Step =
  /** It follows what was handed over; `pace` is media time for each second. */
  | { kind: 'follow'; pace: number }
  /** It begins anew, at this moment. */
  | { kind: 'begin'; at: number }
  /** Something else is heard at its time, or it comes from a clock that has jumped. */
  | { kind: 'drop' };

const PICTURES_SPAN = 2;
const LATENESS_SPAN = 8;
const LATENESS_SAMPLES = 800;
const LATENESS_LEAST = 10;
/** One late delivery in fifty may be cut out; waiting for it would delay all the others. */
const LATENESS_FRACTION = 0.98;
/** To be so near to its picture, sound waits for less of the late ones, but for nine in ten. */
const BESIDE = 0.07;
const BESIDE_FRACTION = 0.9;
/** What comes within this time of the last is the same delivery, whose first unit is the latest. */
const SAME_DELIVERY = 0.004;
const MARGIN = 0.002;
/** So much later than usual is an outage, not jitter; if it lasts as long as this, it is the usual. */
const OUTAGE = 0.4;
const OUTAGE_MOST = 2;
/** While jitter is unknown, sound waits so much longer, less and less. */
const UNSETTLED = 0.03;
const SETTLED = 3;
const RENEW_EVERY = 0.1;
/** Corrections begin at the first and end at the second. */
const ERROR_BEGIN = 0.006;
const ERROR_END = 0.002;
/** Share of the error that is worked off in a second, and the most that nobody hears as a wrong tone. */
const GAIN = 0.5;
const PACE_MOST = 0.02;
/** More than this is not worked off but left out, or waited for. */
const JUMP = 0.15;
/** What is too late by more than this is cut out: the hole is there anyway, and what follows is in time. */
const LATE = 0.03;
/** Sound does not wait for pictures that are so old: it is here already, decoded. */
const AHEAD_MOST = 15;
/** What follows without a seam may be off by the rounding of time stamps. */
const SEAM = 0.003;

/**
 * Decides when sound is heard: with its picture, or as soon after it as it comes.
 *
 * A line is a constant between media time and local time. Pictures give one, as they are shown. The
 * arrivals give another: sound cannot be heard before it is here, and has to wait for the latest of
 * its kind, as a high percentile of the newest seconds tells. The later line is the aim. What is
 * heard is brought there by playing a little faster or slower; pictures do not wait for anything.
 *
 * No clock and no element in here: times come in as seconds.
 */
export class SoundSteering {
  #pictures = new SampleWindow(128);
  #lateness = new SampleWindow(LATENESS_SAMPLES);
  #pictureLine: number | null = null;
  #median = 0;
  #high = 0;
  #usual = 0;
  #renewedAt = -Infinity;
  #begunAt: number | null = null;
  #outage = false;
  /** When sound last came as it usually does. */
  #inTimeAt = 0;
  /** Media time at which what was handed over ends. */
  #mediaEnd = 0;
  #correcting = false;

  /** A picture was shown at `now` that is to be heard at this media time of the sound. */
  picture(now: number, mediaTime: number): void {
    const line = now - mediaTime;
    if (this.#pictureLine !== null && Math.abs(line - this.#pictureLine) > JUMP) {
      this.#pictures.clear();
      this.#renewedAt = -Infinity;
    }
    this.#pictures.add(now, line);
    this.#pictures.trim(now, PICTURES_SPAN, 1);
    this.#renew(now);
  }

  /** How much later than its picture the sound ends that was handed over; null without pictures. */
  lateness(end: number): number | null {
    return this.#pictureLine === null ? null : end - this.#mediaEnd - this.#pictureLine;
  }

  place(arrival: Arrival): Step {
    const { now, start, duration, earliest, end } = arrival;
    this.#learn(now, earliest - start);
    const aim = this.#aim(now);
    const follows = end !== null && Math.abs(start - this.#mediaEnd) < SEAM;
    if (end !== null && follows && end >= earliest && Math.abs(end - start - aim) < JUMP) {
      this.#mediaEnd = start + duration;
      return { kind: 'follow', pace: this.#pace(end - start - aim) };
    }
    return this.#begin(arrival, aim);
  }

  /** What comes next is of another source. */
  reset(): void {
    this.#pictures.clear();
    this.#lateness.clear();
    this.#pictureLine = this.#begunAt = null;
    this.#renewedAt = -Infinity;
  }

  #learn(now: number, lateness: number): void {
    // What an outage has held up comes less and less late, and all of it belongs to the outage.
    const most = this.#outage ? this.#high + MARGIN : this.#median + OUTAGE;
    this.#outage = this.#begunAt !== null && lateness > most;
    if (this.#outage && now - this.#inTimeAt < OUTAGE_MOST) return;
    if (this.#outage) this.#lateness.clear();
    if (this.#outage || this.#begunAt === null) this.#begunAt = now;
    this.#outage = false;
    const sameDelivery = now - this.#inTimeAt < SAME_DELIVERY;
    this.#inTimeAt = now;
    if (sameDelivery) return;
    this.#lateness.add(now, lateness);
    // Decoder and device begin slowly. While little is known, its first half is forgotten.
    const span = Math.min(LATENESS_SPAN, (now - this.#begunAt) / 2);
    this.#lateness.trim(now, span, LATENESS_LEAST);
    if (this.#lateness.size === 1) this.#renewedAt = -Infinity;
    this.#renew(now);
  }

  #aim(now: number): number {
    const unsettled = Math.max(0, 1 - (now - (this.#begunAt ?? now)) / SETTLED);
    const here = this.#high + MARGIN + UNSETTLED * unsettled;
    if (this.#pictureLine === null) return here;
    const beside = Math.max(this.#usual + MARGIN, this.#pictureLine + BESIDE);
    return Math.max(this.#pictureLine, Math.min(here, beside));
  }

  #begin({ now, start, duration, earliest, end }: Arrival, aim: number): Step {
    const at = Math.max(start + aim, earliest);
    const late = at - start - aim > LATE || at < (end ?? -Infinity) - SEAM;
    if (late || at > now + AHEAD_MOST) return { kind: 'drop' };
    this.#mediaEnd = start + duration;
    this.#correcting = false;
    return { kind: 'begin', at: Math.max(at, end ?? at) };
  }

  #pace(error: number): number {
    const size = Math.abs(error);
    this.#correcting = size > (this.#correcting ? ERROR_END : ERROR_BEGIN);
    if (!this.#correcting) return 1;
    return 1 + Math.max(-PACE_MOST, Math.min(PACE_MOST, GAIN * error));
  }

  #renew(now: number): void {
    if (now - this.#renewedAt < RENEW_EVERY) return;
    this.#renewedAt = now;
    this.#pictureLine = this.#pictures.percentile(0.5);
    this.#median = this.#lateness.percentile(0.5) ?? this.#median;
    this.#high = this.#lateness.percentile(LATENESS_FRACTION) ?? this.#high;
    this.#usual = this.#lateness.percentile(BESIDE_FRACTION) ?? this.#usual;
  }
}
