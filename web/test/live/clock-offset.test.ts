import { describe, expect, it } from 'vitest';
import { ClockOffset } from '../../src/live/clock-offset';
import { seeded } from '../support/random';

describe('ClockOffset', () => {
  it('knows nothing before the first answer', () => {
    const clock = new ClockOffset();
    expect(clock.offsetMs).toBeNull();
    expect(clock.uncertaintyMs(0)).toBeNull();
  });

  it('takes the middle of the round trip for the time of the answer', () => {
    const clock = new ClockOffset();
    clock.add(1000, 1010, 5005);
    expect(clock.offsetMs).toBe(4000);
    expect(clock.uncertaintyMs(1010)).toBe(5);
  });

  it('keeps the quick exchange among slow ones', () => {
    const clock = new ClockOffset();
    clock.add(0, 200, 5190);
    clock.add(300, 302, 5301);
    for (let at = 1000; at < 10_000; at += 1000) clock.add(at, at + 80, at + 5079);
    expect(clock.offsetMs).toBe(5000);
  });

  it('leaves an old quick exchange for a new one when drift may have made it worse', () => {
    const clock = new ClockOffset();
    clock.add(0, 2, 5001);
    const later = 600_000;
    clock.add(later, later + 20, later + 10 + 4980);
    expect(clock.offsetMs).toBe(4980);
  });

  it('grows uncertain with age', () => {
    const clock = new ClockOffset();
    clock.add(0, 2, 1);
    expect(clock.uncertaintyMs(100_002)).toBeCloseTo(6);
  });

  it.each([
    [10, 5, 7],
    [0, 1, Number.NaN],
  ])('ignores an answer that cannot be (%d, %d, %d)', (sent, received, server) => {
    const clock = new ClockOffset();
    clock.add(sent, received, server);
    expect(clock.offsetMs).toBeNull();
  });

  it('finds a constant offset within half the shortest round trip, whatever the delays', () => {
    const random = seeded(7);
    for (let run = 0; run < 200; run += 1) {
      const clock = new ClockOffset();
      const offset = (random() - 0.5) * 1e6;
      let shortest = Number.POSITIVE_INFINITY;
      for (let at = 0; at < 8; at += 1) {
        const sent = at * 100;
        const there = random() * 50;
        const back = random() * 50;
        shortest = Math.min(shortest, there + back);
        clock.add(sent, sent + there + back, sent + there + offset);
      }
      expect(Math.abs((clock.offsetMs ?? Number.NaN) - offset)).toBeLessThanOrEqual(
        shortest / 2 + 1,
      );
    }
  });
});
