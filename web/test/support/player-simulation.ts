import { LiveEdgeController, type EdgeOptions, type Range } from '../../src/edge/controller';

/** Media that reaches the buffer at one moment. */
export interface Delivery {
  /** Local time in seconds. */
  at: number;
  start: number;
  end: number;
}

export interface Moment {
  now: number;
  /** Local time minus the time at which what plays was captured. */
  delay: number;
  rate: number;
  stalled: boolean;
}

export interface Played {
  moments: Moment[];
  seeks: { at: number; to: number; ranges: Range[] }[];
}

const STEP = 0.006;
/** Media time when local time is 0: a viewer joins what has been running for a while. */
export const MEDIA_BEGIN = 1000;

/**
 * A media element that plays what is delivered and does what the controller says.
 *
 * `drift` is how much faster than local time the camera's clock runs.
 */
export function simulate(
  deliveries: readonly Delivery[],
  options: { edge: EdgeOptions; seconds: number; drift?: number; seekCost?: number },
): Played {
  const controller = new LiveEdgeController(options.edge);
  const { drift = 0, seekCost = 0.08, seconds } = options;
  const played: Played = { moments: [], seeks: [] };
  const ranges: Range[] = [];
  let position = 0;
  let rate = 1;
  let stalled = true;
  let seekingUntil = 0;
  let next = 0;
  for (let now = 0; now < seconds; now += STEP) {
    const seeking = now < seekingUntil;
    const current = ranges.find(({ start, end }) => position >= start && position <= end);
    const room = current && !seeking ? current.end - position : 0;
    const wanted = STEP * rate;
    const runsDry = room < wanted;
    if (runsDry && !stalled && !seeking) controller.stalled(now);
    stalled = runsDry;
    position += Math.min(room, wanted);
    if ((deliveries[next]?.at ?? Number.POSITIVE_INFINITY) <= now) {
      for (let due = deliveries[next]; due && due.at <= now; due = deliveries[next]) {
        deliver(ranges, due);
        next += 1;
      }
      const newest = ranges.at(-1);
      if (newest) controller.grew(now, newest);
      const decision = controller.decide(now, { position, ranges, seeking });
      rate = decision.rate;
      if (decision.seekTo !== null) {
        played.seeks.push({ at: now, to: decision.seekTo, ranges: structuredClone(ranges) });
        position = decision.seekTo;
        seekingUntil = now + seekCost;
      }
    }
    played.moments.push({ now, delay: now - (position - MEDIA_BEGIN) / (1 + drift), rate, stalled });
  }
  return played;
}

function deliver(ranges: Range[], { start, end }: Delivery): void {
  const newest = ranges.at(-1);
  if (newest && start <= newest.end + 0.001) newest.end = Math.max(newest.end, end);
  else ranges.push({ start, end });
}

/**
 * Frames of a camera: captured in step, delivered `latency()` seconds later, never out of order.
 *
 * A viewer that joins at 0 gets everything since the newest sync frame at once.
 */
export function camera(options: {
  fps: number;
  seconds: number;
  latency: (at: number) => number;
  drift?: number;
  gop?: number;
}): Delivery[] {
  const { fps, seconds, latency, drift = 0, gop = 1 } = options;
  const frame = 1 / fps;
  const deliveries: Delivery[] = [];
  let at = 0;
  for (let start = -gop; start < seconds; start += frame) {
    const captured = (start + frame) / (1 + drift);
    at = Math.max(at, captured + latency(captured));
    deliveries.push({ at, start: MEDIA_BEGIN + start, end: MEDIA_BEGIN + start + frame });
  }
  return deliveries;
}

/** The same in parts of `frames` frames, which leave when their last frame is complete. */
export function inParts(deliveries: readonly Delivery[], frames: number): Delivery[] {
  const parts: Delivery[] = [];
  for (let first = 0; first + frames <= deliveries.length; first += frames) {
    const members = deliveries.slice(first, first + frames);
    const [begin, last] = [members[0], members.at(-1)];
    if (begin && last) parts.push({ at: last.at, start: begin.start, end: last.end });
  }
  return parts;
}
