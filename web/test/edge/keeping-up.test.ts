import { describe, expect, it } from 'vitest';
import { KeepingUp } from '../../src/edge/keeping-up';
import { arrivals, type Network } from '../support/network-simulation';

const SECONDS = 60;

/** When a viewer is first said to be behind, in seconds; null if never. */
function behindAt(network: Network, seconds = SECONDS): number | null {
  const keeping = new KeepingUp();
  for (const { at, latenessMs } of arrivals(network, seconds)) {
    keeping.arrived(at * 1000, latenessMs);
    if (keeping.isBehind(at * 1000)) return at;
  }
  return null;
}

describe('a network that carries the stream', () => {
  it.each<[string, Network]>([
    ['is never blamed', { rate: () => 8000 }],
    ['may be slow to answer', { rate: () => 8000, delayMs: () => 350 }],
    ['may carry hardly more than the stream', { rate: () => 2400 }],
    ['may jitter', { rate: () => 8000, delayMs: (at) => (Math.sin(at * 977) + 1) * 120 }],
    ['may stand still for a second now and then', { rate: (at) => (at % 20 < 1 ? 1 : 8000) }],
    ['may take a longer way from one moment on', { rate: () => 8000, delayMs: (at) => (at > 20 ? 240 : 20) }],
  ])('%s', (_, network) => {
    expect(behindAt(network)).toBeNull();
  });
});

describe('a network that does not', () => {
  it.each([1 / 3, 1 / 2, 2 / 3])('is noticed soon at %f of the rate', (share) => {
    const at = behindAt({ rate: (time) => (time > 20 ? 2000 * share : 8000) });
    expect(at).toBeGreaterThan(20.5);
    expect(at).toBeLessThan(20 + 0.6 + 0.35 / (1 - share));
  });

  it('is noticed when it has been so from the beginning', () => {
    expect(behindAt({ rate: () => 700 })).toBeLessThan(3);
  });
});

describe('what the server leaves out', () => {
  it('counts the second time within ten seconds', () => {
    const keeping = new KeepingUp();
    keeping.skipped(1000);
    expect(keeping.isBehind(1000)).toBe(false);
    keeping.skipped(12_000);
    expect(keeping.isBehind(12_000)).toBe(false);
    keeping.skipped(20_000);
    expect(keeping.isBehind(20_000)).toBe(true);
    expect(keeping.troubleAt).toBe(20_000);
    expect(keeping.isBehind(31_000)).toBe(false);
  });
});

describe('a decoder', () => {
  function looks(...dropped: number[]): boolean {
    const keeping = new KeepingUp();
    for (const [at, share] of dropped.entries()) {
      keeping.decoded(at * 1000, 30 * (1 - share), 30 * share);
    }
    return keeping.isBehind(dropped.length * 1000);
  }

  it('is too slow when it goes on dropping pictures', () => {
    expect(looks(0.5, 0.5, 0.5, 0.5)).toBe(false);
    expect(looks(0.5, 0.5, 0.5, 0.5, 0.5)).toBe(true);
  });

  it('is not, where a screen shows every other picture of sixty', () => {
    const keeping = new KeepingUp();
    for (let at = 0; at < 20; at += 1) keeping.decoded(at * 1000, 30, 30);
    expect(keeping.isBehind(20_000)).toBe(false);
  });

  it('is not, when it drops few of them or for a moment', () => {
    expect(looks(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)).toBe(false);
    expect(looks(0.5, 0.5, 0.5, 0.5, 0, 0.5, 0.5)).toBe(false);
  });
});

it('begins anew after a pause', () => {
  const keeping = new KeepingUp();
  for (let now = 0; now <= 600; now += 100) keeping.arrived(now, 1000);
  expect(keeping.isBehind(600)).toBe(true);
  keeping.restart();
  expect(keeping.isBehind(600)).toBe(false);
});
