import { describe, expect, it } from 'vitest';
import { Resampler } from '../../src/sound/resampler';

const RATE = 8000;

function tone(from: number, count: number, hertz = 440): Float32Array {
  return Float32Array.from({ length: count }, (_, at) =>
    Math.sin((2 * Math.PI * hertz * (from + at)) / RATE),
  );
}

/** What comes out for a tone in blocks, at a pace. */
function resampled(pace: (block: number) => number, blocks: number, length = 160): number[] {
  const resampler = new Resampler();
  const out: number[] = [];
  for (let block = 0; block < blocks; block += 1) {
    const [samples] = resampler.push([tone(block * length, length)], pace(block));
    out.push(...(samples ?? []));
  }
  return out;
}

describe('Resampler', () => {
  it('changes nothing where the pace is 1, but for two samples of delay', () => {
    const out = resampled(() => 1, 5);
    expect(out).toHaveLength(800);
    expect(out.slice(2)).toEqual([...tone(0, 798)]);
  });

  it.each([1 / 6, 8 / 44.1, 0.98, 1.02, 1.0007])('follows a tone without a seam at a pace of %f', (pace) => {
    const out = resampled(() => pace, 20);
    expect(Math.abs(out.length - 3200 / pace)).toBeLessThan(2 / pace + 1);
    // What is there after the two samples of delay is the tone, wherever blocks meet.
    const begin = Math.ceil(4 / pace);
    for (let at = begin; at < out.length; at += 1) {
      const expected = Math.sin((2 * Math.PI * 440 * (at * pace - 2)) / RATE);
      expect(Math.abs((out[at] ?? 0) - expected)).toBeLessThan(0.01);
    }
  });

  it('has no step where the pace changes', () => {
    const out = resampled((block) => (block % 2 ? 1.02 : 0.98), 20);
    const steps = out.slice(5).map((sample, at) => Math.abs(sample - (out[at + 4] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(((2 * Math.PI * 440) / RATE) * 1.05);
  });

  it('loses no time, whatever the lengths of the blocks', () => {
    const resampler = new Resampler();
    const lengths = [1, 2, 3, 160, 1024, 1, 960, 7];
    let out = 0;
    for (const length of [...lengths, ...lengths]) {
      out += resampler.push([new Float32Array(length)], 0.5)[0]?.length ?? 0;
    }
    expect(Math.abs(out - 2 * (2 * 2158))).toBeLessThan(6);
  });

  it('keeps channels together, and begins anew when their number changes', () => {
    const resampler = new Resampler();
    const [left, right] = resampler.push([tone(0, 160), tone(0, 160, 880)], 1);
    expect(left).toHaveLength(160);
    expect(right?.slice(2)).toEqual(tone(0, 158, 880));
    expect(resampler.push([tone(0, 160)], 1)[0]?.slice(0, 2)).toEqual(new Float32Array(2));
  });
});
