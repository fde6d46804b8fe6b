/** So much later than usual, and not for a moment only: more is sent than comes through. */
const LATE_MS = 250;
const LATE_FOR_MS = 400;
/** A shorter bad moment is no reason to leave a stream, but one to wait before going back. */
const TROUBLE_FOR_MS = 200;
/** No way through a network takes longer than this for good; what does is a queue. */
const USUAL_MOST_MS = 400;
/** Half of the time over which the smallest lateness counts as the usual one. */
const USUAL_SPAN_MS = 15_000;
/** The server has left pictures out twice within this time: it was no accident. */
const SKIPS_WITHIN_MS = 10_000;
/** More than a third of the pictures were not shown, for so many looks in a row. */
const DROPPED_SHARE = 1 / 3;
/** Unless it were so many a second all the same: no decoder's fault, but a screen's. */
const SMOOTH = 24;
const DROPPED_LOOKS = 5;
/** A look at fewer pictures than this says nothing. */
const LOOK_LEAST = 5;

/**
 * Tells whether a viewer keeps up with one stream, by how late its pictures come.
 *
 * The lateness of a picture is the time from its arrival at the server to its arrival here. While a
 * network carries what is sent it is about constant; when it does not, it grows by what is missing
 * in each second. All times in milliseconds.
 */
export class KeepingUp {
  #usual = Number.POSITIVE_INFINITY;
  #usualBefore = Number.POSITIVE_INFINITY;
  #usualSince = 0;
  #lateSince: number | null = null;
  /** How many in a row have been late. */
  #late = 0;
  #skippedAt = Number.NEGATIVE_INFINITY;
  #troubleAt = Number.NEGATIVE_INFINITY;
  #skipsTwice = false;
  #droppedLooks = 0;

  /** A picture has come. */
  arrived(now: number, latenessMs: number): void {
    if (now - this.#usualSince > USUAL_SPAN_MS) {
      this.#usualBefore = this.#usual;
      this.#usual = Number.POSITIVE_INFINITY;
      this.#usualSince = now;
    }
    this.#usual = Math.min(this.#usual, latenessMs);
    const usual = Math.min(this.#usual, this.#usualBefore, USUAL_MOST_MS);
    if (latenessMs - usual <= LATE_MS) {
      this.#lateSince = null;
      this.#late = 0;
      return;
    }
    this.#lateSince ??= now;
    this.#late += 1;
    if (now - this.#lateSince >= TROUBLE_FOR_MS) this.#troubleAt = now;
  }

  /** The server has left pictures out for us. */
  skipped(now: number): void {
    this.#skipsTwice = now - this.#skippedAt < SKIPS_WITHIN_MS;
    this.#skippedAt = this.#troubleAt = now;
  }

  /** A look at what the decoder has done since the last one, about a second ago. */
  decoded(now: number, shown: number, dropped: number): void {
    const came = shown + dropped;
    if (came >= LOOK_LEAST && shown < SMOOTH && dropped > came * DROPPED_SHARE) {
      this.#droppedLooks += 1;
      this.#troubleAt = now;
    } else {
      this.#droppedLooks = 0;
    }
  }

  /** What was before, a pause, does not count. */
  restart(): void {
    this.#lateSince = null;
    this.#late = 0;
    this.#skipsTwice = false;
    this.#droppedLooks = 0;
  }

  isBehind(now: number): boolean {
    // Also while a large picture is on its way; one that is late and then nothing may be an outage.
    const late = this.#late > 1 && now - (this.#lateSince ?? now) >= LATE_FOR_MS;
    const skips = this.#skipsTwice && now - this.#skippedAt < SKIPS_WITHIN_MS;
    return late || skips || this.#droppedLooks >= DROPPED_LOOKS;
  }

  /** When it was not all well for the last time. */
  get troubleAt(): number {
    return this.#troubleAt;
  }
}
