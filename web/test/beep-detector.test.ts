import { describe, expect, it } from 'vitest';

import { BeepDetector } from '../src/beep-detector';

const RATE = 48_000;

/** What the test camera lets be heard from `begin` on, in frames; a beep begins each second. */
function sound(begin: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => {
    const time = ((begin + at) % RATE) / RATE;
    return time < 0.1
      ? 0.5 * Math.sin(2 * Math.PI * 1000 * time)
      : 0.01 * Math.sin(2 * Math.PI * 250 * time);
  });
}

function listen(seconds: number, change: (samples: Float32Array, frame: number) => void = () => {}) {
  const detector = new BeepDetector(RATE);
  const beeps: number[] = [];
  for (let frame = RATE / 2; frame + 128 < RATE * seconds; frame += 128) {
    const samples = sound(frame, 128);
    change(samples, frame);
    const begins = detector.push(samples, frame);
    if (begins !== null) beeps.push(begins);
  }
  return { beeps, detector };
}

describe('BeepDetector', () => {
  it('finds where each beep begins, to the millisecond', () => {
    const { beeps, detector } = listen(4);
    expect(beeps).toHaveLength(3);
    for (const [index, frame] of beeps.entries()) {
      expect(frame - RATE * (index + 1)).toBeGreaterThanOrEqual(0);
      expect(frame - RATE * (index + 1)).toBeLessThan(RATE / 1000);
    }
    expect(detector.holes).toBe(0);
  });

  it('takes a beep with a hole in it for one', () => {
    const { beeps, detector } = listen(2, (samples, frame) => {
      if (frame > RATE * 1.04 && frame < RATE * 1.06) samples.fill(0);
    });
    expect(beeps).toHaveLength(1);
    expect(detector.holes).toBe(1);
  });

  it('leaves out a beep whose beginning is missing', () => {
    const hole = listen(3, (samples, frame) => {
      if (frame > RATE * 0.98 && frame < RATE * 1.04) samples.fill(0);
    });
    expect(hole.beeps).toHaveLength(1);
    const late = listen(3, (samples, frame) => {
      if (frame < RATE * 1.05) samples.fill(0);
    });
    expect(late.beeps).toHaveLength(1);
  });

  it('measures the holes, and not what is before any sound', () => {
    const { detector } = listen(3, (samples, frame) => {
      const time = frame / RATE;
      if (time < 0.8 || (time > 1.5 && time < 1.6)) samples.fill(0);
    });
    expect(detector.holes).toBe(1);
    expect(detector.silentFrames / RATE).toBeCloseTo(0.1, 2);
  });
});
