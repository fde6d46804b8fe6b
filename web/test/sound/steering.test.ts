import { describe, expect, it } from 'vitest';
import { SoundSteering, type Step } from '../../src/sound/steering';
import { seeded } from '../support/random';

const UNIT = 1024 / 48_000;
/** From a decision to the loudspeaker, at the least. */
const LEAST = 0.04;

/** A device and a network around the steering: what is handed over, and when it is heard. */
class Room {
  readonly steering = new SoundSteering();
  end: number | null = null;
  steps: Step[] = [];
  /** Local time minus media time of each unit that was handed over. */
  lines: number[] = [];
  #media = 0;

  /** A unit of sound that was captured at the end of its media time comes `delay` later. */
  unit(delay: number): Step {
    const start = this.#media;
    this.#media += UNIT;
    const now = start + UNIT + delay;
    const { end } = this;
    const step = this.steering.place({ now, start, duration: UNIT, earliest: now + LEAST, end });
    this.steps.push(step);
    if (step.kind === 'drop') return step;
    const at = step.kind === 'begin' ? step.at : (end ?? Number.NaN);
    this.lines.push(at - start);
    this.end = at + UNIT / (step.kind === 'follow' ? step.pace : 1);
    return step;
  }

  /** Sound for some seconds, with pictures that are shown `line` after their media time. */
  play(seconds: number, delay: () => number, line: number | null): void {
    const until = this.#media + seconds;
    for (let picture = this.#media; this.#media < until; picture += UNIT) {
      if (line !== null) this.steering.picture(picture + line, picture);
      this.unit(delay());
    }
  }

  lose(seconds: number): void {
    this.#media += seconds;
  }

  get line(): number {
    return this.lines.at(-1) ?? Number.NaN;
  }

  count(kind: Step['kind']): number {
    return this.steps.filter((step) => step.kind === kind).length;
  }
}

describe('SoundSteering', () => {
  it('lets sound wait for its picture, without a seam', () => {
    const room = new Room();
    room.play(10, () => 0.01, 0.3);
    expect(room.line).toBeCloseTo(0.3, 2);
    expect(room.count('begin')).toBe(1);
    expect(room.count('drop')).toBe(0);
    expect(room.steering.lateness(room.end ?? 0)).toBeCloseTo(0, 2);
  });

  it('is as soon after its picture as it comes, where it comes later', () => {
    const room = new Room();
    room.play(10, () => 0.02, 0.03);
    // It is complete after its own duration, and 2 ms are kept in hand.
    expect(room.line).toBeCloseTo(UNIT + 0.02 + LEAST + 0.002, 2);
    expect(room.steering.lateness(room.end ?? 0)).toBeGreaterThan(0.03);
  });

  it('plays without pictures, too', () => {
    const room = new Room();
    room.play(5, () => 0.02, null);
    expect(room.count('drop')).toBe(0);
    expect(room.steering.lateness(room.end ?? 0)).toBeNull();
  });

  it('waits for the latest arrivals, but for one in a hundred', () => {
    const next = seeded(7);
    const room = new Room();
    const jitter = () => next() * 0.06;
    room.play(20, jitter, 0.03);
    const settled = room.steps.length;
    room.play(60, jitter, 0.03);
    const late = room.steps.slice(settled).filter(({ kind }) => kind !== 'follow').length;
    expect(late / (room.steps.length - settled)).toBeLessThan(0.02);
    expect(room.line).toBeLessThan(UNIT + 0.06 + LEAST + 0.02);
  });

  it('waits for fewer of the late ones to be beside its picture', () => {
    const next = seeded(7);
    const room = new Room();
    // One in twenty is 80 ms late.
    const jitter = () => (next() < 0.05 ? 0.08 : 0.01);
    room.play(20, jitter, 0.03);
    expect(room.line - 0.03).toBeLessThan(0.08);
    const alone = new Room();
    alone.play(20, jitter, null);
    expect(alone.line).toBeGreaterThan(UNIT + 0.08 + LEAST);
  });

  it('follows pictures by a pace that nobody hears, and jumps only when far off', () => {
    const room = new Room();
    room.play(10, () => 0.01, 0.2);
    room.play(10, () => 0.01, 0.3);
    expect(room.count('begin')).toBe(1);
    expect(room.line).toBeCloseTo(0.3, 1);
    const paces = room.steps.map((step) => (step.kind === 'follow' ? step.pace : 1));
    expect(Math.min(...paces)).toBeGreaterThanOrEqual(0.98);
    room.play(10, () => 0.01, 1.5);
    expect(room.count('begin')).toBe(2);
    expect(room.line).toBeCloseTo(1.5, 2);
    room.play(10, () => 0.01, 0.2);
    // The sound between the two lines has been handed over before and is heard first.
    expect(room.count('drop')).toBeGreaterThan(1 / UNIT);
    expect(room.line).toBeCloseTo(0.2, 1);
  });

  it('goes on in time after sound was lost', () => {
    const room = new Room();
    room.play(5, () => 0.01, 0.2);
    room.lose(0.4);
    room.play(0.1, () => 0.01, 0.2);
    expect(room.count('begin')).toBe(2);
    expect(room.line).toBeCloseTo(0.2, 2);
  });

  it('cuts out what an outage held up, and learns nothing from it', () => {
    const room = new Room();
    room.play(10, () => 0.01, 0.1);
    const before = room.line;
    for (let delay = 1.5; delay > 0.01; delay -= UNIT) room.unit(delay);
    room.play(1, () => 0.01, 0.1);
    expect(room.line).toBeCloseTo(before, 1);
    expect(room.count('drop')).toBeGreaterThan(60);
  });

  it('takes for usual what stays', () => {
    const room = new Room();
    room.play(10, () => 0.01, 0.1);
    room.play(10, () => 0.8, 0.1);
    expect(room.steps.slice(-100).every(({ kind }) => kind === 'follow')).toBe(true);
    expect(room.line).toBeGreaterThan(0.8);
    expect(room.line).toBeLessThan(0.9);
  });

  it('makes up for a device whose clock is wrong by 300 ppm', () => {
    const room = new Room();
    room.play(2, () => 0.01, 0.2);
    for (let second = 0; second < 120; second += 1) {
      room.play(1, () => 0.01, 0.2);
      if (room.end !== null) room.end += 0.0003;
    }
    expect(room.count('begin')).toBe(1);
    expect(room.line).toBeCloseTo(0.2, 1);
  });

  it('hands over nothing that would be heard many seconds from now', () => {
    const room = new Room();
    room.play(1, () => 0.01, 60);
    expect(room.count('drop')).toBe(room.steps.length);
  });
});
