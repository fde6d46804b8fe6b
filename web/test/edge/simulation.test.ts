/** The controller against a simulated player, over many kinds of networks. */
import { describe, expect, it } from 'vitest';
import type { EdgeOptions } from '../../src/edge/controller';
import {
  MEDIA_BEGIN,
  camera,
  inParts,
  simulate,
  type Moment,
  type Played,
} from '../support/player-simulation';
import { seeded } from '../support/random';

const FRAMES: EdgeOptions = { margin: 0.018, lump: 1 / 30 };
const PARTS: EdgeOptions = { margin: 0.03, lump: 0.1 };
const SEGMENTS: EdgeOptions = { margin: 0.03, lump: 2 };
const SECONDS = 40;
const SETTLED = 12;

type Latency = (at: number) => number;

const NETWORKS: Record<string, (random: () => number) => { latency: Latency; worst: number }> = {
  'no jitter': () => ({ latency: () => 0.005, worst: 0.005 }),
  'uniform jitter of 20 ms': (random) => ({ latency: () => random() * 0.02, worst: 0.02 }),
  'uniform jitter of 120 ms': (random) => ({ latency: () => random() * 0.12, worst: 0.12 }),
  'exponential jitter': (random) => ({ latency: () => -0.008 * Math.log(1 - random()), worst: 0.06 }),
  'a spike of 300 ms every ten seconds': (random) => ({
    latency: (at) => (at > 0 && at % 10 < 0.034 ? 0.3 : random() * 0.01),
    worst: 0.05,
  }),
  'frames in pairs': () => ({
    latency: (at) => (Math.round(at * 30) % 2 === 0 ? 0.034 : 0.002),
    worst: 0.036,
  }),
};

function settled(played: Played): Moment[] {
  return played.moments.filter(({ now }) => now > SETTLED);
}

function share(moments: Moment[], test: (moment: Moment) => boolean): number {
  return moments.filter(test).length / moments.length;
}

/** How often the rate goes from haste to hesitation or back. */
function reversals(moments: Moment[]): number {
  const signs = moments.map(({ rate }) => Math.sign(rate - 1)).filter((sign) => sign !== 0);
  return signs.filter((sign, at) => at > 0 && sign !== signs[at - 1]).length;
}

const CASES = Object.entries(NETWORKS).flatMap(([name, network]) =>
  [0, 500e-6, -500e-6].map((drift, seed) => ({ name, network, drift, seed })),
);

describe.each(CASES)('$name, drift $drift', ({ name, network, drift, seed }) => {
  const { latency, worst } = network(seeded(seed));
  const deliveries = camera({ fps: 30, seconds: SECONDS, latency, drift });
  const played = simulate(deliveries, { edge: FRAMES, seconds: SECONDS, drift });
  const late = settled(played);
  const spike = name.includes('spike') ? 0.3 : 0;

  it('stays as close as the jitter allows', () => {
    const near = 1 / 30 + worst + 0.05;
    expect(Math.max(...late.map(({ delay }) => delay))).toBeLessThan(near + spike);
    expect(share(late, ({ delay }) => delay < near)).toBeGreaterThan(0.8);
  });

  it('seldom runs dry', () => {
    expect(share(late, ({ stalled }) => stalled)).toBeLessThan(0.03);
  });

  it('stays within rates that nobody sees', () => {
    const fastest = spike > 0 ? 1.25 : 1.1;
    for (const { rate } of late) {
      expect(rate).toBeGreaterThanOrEqual(0.95);
      expect(rate).toBeLessThanOrEqual(fastest + 1e-9);
    }
  });

  it('does not swing', () => {
    expect(reversals(late)).toBeLessThanOrEqual(10);
    expect(share(late, ({ rate }) => rate === 1)).toBeGreaterThan(0.45);
  });

  it('seeks once, to join', () => {
    expect(played.seeks).toHaveLength(1);
  });
});

describe('parts of 100 ms', () => {
  const random = seeded(4);
  const frames = camera({ fps: 30, seconds: SECONDS, latency: () => 0.01 + random() * 0.03 });
  const played = simulate(inParts(frames, 3), { edge: PARTS, seconds: SECONDS });

  it('are played a part and little more behind', () => {
    for (const { delay } of settled(played)) {
      expect(delay).toBeGreaterThan(0.1);
      expect(delay).toBeLessThan(0.2);
    }
  });

  it('do not run dry', () => {
    expect(share(settled(played), ({ stalled }) => stalled)).toBeLessThan(0.01);
  });
});

describe('segments of 2 s', () => {
  const random = seeded(5);
  const frames = camera({ fps: 25, seconds: 90, latency: () => 0.05 + random() * 0.2, gop: 4 });
  const played = simulate(inParts(frames, 50), { edge: SEGMENTS, seconds: 90 });

  it('are played a segment and little more behind, without running dry', () => {
    const late = played.moments.filter(({ now }) => now > 30);
    for (const { delay } of late) expect(delay).toBeLessThan(2.8);
    expect(share(late, ({ stalled }) => stalled)).toBeLessThan(0.01);
    expect(played.seeks).toHaveLength(1);
  });
});

describe('an outage of the camera', () => {
  const before = camera({ fps: 30, seconds: 20, latency: () => 0.01 });
  const all = camera({ fps: 30, seconds: SECONDS, latency: () => 0.01 });
  const deliveries = [...before, ...all.filter(({ start }) => start > MEDIA_BEGIN + 25)];
  const played = simulate(deliveries, { edge: FRAMES, seconds: SECONDS });

  it('is jumped as soon as pictures come again', () => {
    expect(played.seeks).toHaveLength(2);
    expect(played.seeks[1]?.at).toBeLessThan(25.2);
    const after = played.moments.filter(({ now }) => now > 28);
    expect(Math.max(...after.map(({ delay }) => delay))).toBeLessThan(0.12);
  });
});

describe('a network that stands still for 3 s and then delivers everything', () => {
  const latency: Latency = (at) => (at > 20 && at < 23 ? 23 - at + 0.01 : 0.01);
  const played = simulate(camera({ fps: 30, seconds: SECONDS, latency }), {
    edge: FRAMES,
    seconds: SECONDS,
  });

  it('costs one jump, and no delay that stays', () => {
    expect(played.seeks).toHaveLength(2);
    const end = played.moments.filter(({ now }) => now > 34);
    expect(Math.max(...end.map(({ delay }) => delay))).toBeLessThan(0.12);
  });
});

describe('a network that becomes slower, and fast again', () => {
  const latency: Latency = (at) => (at > 15 && at < 30 ? 0.25 : 0.01);
  const played = simulate(camera({ fps: 30, seconds: 60, latency }), { edge: FRAMES, seconds: 60 });

  it('is followed up', () => {
    const slow = played.moments.filter(({ now }) => now > 20 && now < 30);
    expect(share(slow, ({ stalled }) => stalled)).toBe(0);
    expect(Math.max(...slow.map(({ delay }) => delay))).toBeLessThan(0.37);
  });

  it('and down again: a stall leaves nothing behind', () => {
    const end = played.moments.filter(({ now }) => now > 45);
    expect(Math.max(...end.map(({ delay }) => delay))).toBeLessThan(0.12);
    expect(played.seeks).toHaveLength(1);
  });
});

describe('every seek, on networks made up at random', () => {
  it('goes into what is buffered', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const random = seeded(seed);
      const scale = random() * 0.2;
      const holes = Array.from({ length: 3 }, () => MEDIA_BEGIN + 2 + random() * 15);
      const deliveries = camera({
        fps: 5 + Math.floor(random() * 56),
        seconds: 20,
        latency: () => random() * scale + (random() < 0.01 ? random() * 2 : 0),
        drift: (random() - 0.5) * 1e-3,
        gop: random() * 4,
      }).filter(({ start }) => !holes.some((hole) => start > hole && start < hole + 1.5));
      for (const { to, ranges } of simulate(deliveries, { edge: FRAMES, seconds: 20 }).seeks) {
        const inside = ranges.some(({ start, end }) => to >= start && to <= end);
        expect(inside, `seed ${seed}: ${to} in ${JSON.stringify(ranges)}`).toBe(true);
      }
    }
  });
});
