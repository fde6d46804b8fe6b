/** The choice of a quality, made by a viewer whose network changes, and for places of all sizes. */
import { describe, expect, it } from 'vitest';
import { KeepingUp } from '../../src/edge/keeping-up';
import { QualityChoice, type Choice, type Offer, type Situation } from '../../src/edge/quality-choice';
import { Sender, type Network } from '../support/network-simulation';

const KBPS: Record<Choice, number> = { high: 2000, low: 500 };
const MADE: Offer = { quality: 'low', made: 'transcode', width: 640, height: 360 };
const SUB: Offer = { quality: 'low', made: 'camera', width: 640, height: 360 };
const OWN = { width: 1280, height: 720 };

interface Change {
  at: number;
  to: Choice;
}

/** What a viewer does by itself; a quality that is asked for begins after `startS`. */
function watch(network: Network, seconds: number, startS = 0.5): Change[] {
  const choice = new QualityChoice();
  const changes: Change[] = [];
  let chosen: Choice = 'high';
  let keeping = new KeepingUp();
  let sender = new Sender(network, KBPS.high, 0);
  let next = sender.next();
  for (let at = 0; at < seconds; at += 0.2) {
    for (; next.at <= at; next = sender.next()) keeping.arrived(next.at * 1000, next.latenessMs);
    const now = at * 1000;
    const wanted = choice.decide(now, {
      offers: [MADE],
      own: OWN,
      tile: null,
      behind: keeping.isBehind(now),
      troubleAt: keeping.troubleAt,
    });
    if (wanted === chosen) continue;
    chosen = wanted;
    changes.push({ at, to: chosen });
    keeping = new KeepingUp();
    sender = new Sender(network, KBPS[chosen], at + startS);
    next = sender.next();
  }
  return changes;
}

describe('a viewer whose bandwidth', () => {
  it('drops to a third steps down within 3 s, and up again later', () => {
    const changes = watch({ rate: (at) => (at > 20 && at < 60 ? 667 : 8000) }, 300);
    expect(changes[0]?.to).toBe('low');
    expect(changes[0]?.at).toBeGreaterThan(20);
    expect(changes[0]?.at).toBeLessThan(21.6);
    expect(changes.at(-1)?.to).toBe('high');
    expect(changes.at(-1)?.at).toBeLessThan(120);
  });

  it('stays low tries again and again, ever more seldom', () => {
    const changes = watch({ rate: (at) => (at > 20 ? 667 : 8000) }, 3600);
    const tries = changes.filter(({ to }) => to === 'high').map(({ at }) => at);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(tries.length).toBeGreaterThan(5);
    expect(tries.length).toBeLessThan(20);
    expect(pauses[0]).toBeGreaterThan(20);
    expect(pauses.at(-1)).toBeGreaterThan(300);
    expect(pauses.at(-1)).toBeLessThan(310);
    for (const [at, change] of changes.entries()) {
      if (at > 0 && change.to === 'low') {
        expect(change.at - (changes[at - 1]?.at ?? 0), 'a try that fails is short').toBeLessThan(3);
      }
    }
  });

  it('is enough sees one quality', () => {
    expect(watch({ rate: () => 8000 }, 600)).toEqual([]);
  });

  it('stands still for a second at times sees one quality', () => {
    expect(watch({ rate: (at) => (at % 30 < 1 ? 1 : 8000) }, 600)).toEqual([]);
  });
});

describe('a place on the page', () => {
  const calm = { own: OWN, behind: false, troubleAt: Number.NEGATIVE_INFINITY };
  const tile = (width: number) => ({ width, height: (width * 9) / 16 });
  const first = (situation: Partial<Situation>) =>
    new QualityChoice().decide(0, { ...calm, offers: [SUB], tile: tile(400), ...situation });

  it('that the sub-stream of the camera fills gets it at once', () => {
    expect(first({})).toBe('low');
    expect(first({ tile: tile(800) })).toBe('low');
    expect(first({ tile: tile(801) })).toBe('high');
  });

  it('gets no transcode for its size', () => {
    expect(first({ offers: [MADE] })).toBe('high');
    expect(first({ offers: [{ ...SUB, quality: 'medium' }] })).toBe('high');
    expect(first({ offers: [] })).toBe('high');
  });

  it('is measured by the picture that fits into it', () => {
    expect(first({ tile: { width: 2000, height: 300 } })).toBe('low');
    expect(first({ tile: { width: 300, height: 2000 } })).toBe('low');
  });

  it('counts a sub-stream that nobody has seen as one of usual size', () => {
    expect(first({ offers: [{ ...SUB, width: null, height: null }] })).toBe('low');
  });

  it('says nothing before its size is known', () => {
    expect(first({ tile: null })).toBe('high');
    expect(first({ own: null })).toBe('high');
    expect(first({ tile: { width: 0, height: 0 } })).toBe('high');
  });

  it('changes the quality when it has grown for good, and not at the border', () => {
    const choice = new QualityChoice();
    const at = (now: number, width: number) =>
      choice.decide(now, { ...calm, offers: [SUB], tile: tile(width) });
    expect(at(0, 790)).toBe('low');
    expect([at(100, 900), at(900, 900), at(1000, 960)]).toEqual(['low', 'low', 'low']);
    expect([at(1100, 1000), at(1300, 1000), at(1400, 700)]).toEqual(['low', 'low', 'low']);
    expect([at(2000, 1280), at(2300, 1280), at(2400, 1280)]).toEqual(['low', 'low', 'high']);
    expect([at(3000, 900), at(4000, 900)]).toEqual(['high', 'high']);
    expect([at(5000, 640), at(5400, 640)]).toEqual(['high', 'low']);
  });
});

describe('what could not be had', () => {
  const behind = {
    offers: [MADE],
    own: OWN,
    tile: null,
    behind: true,
    troubleAt: 0,
  };

  it('is not asked for again for a while', () => {
    const choice = new QualityChoice();
    expect(choice.decide(0, behind)).toBe('low');
    choice.refused(100, 'low');
    expect([choice.decide(200, behind), choice.decide(20_000, behind)]).toEqual(['high', 'high']);
    expect(choice.decide(20_100, behind)).toBe('low');
    choice.refused(20_200, 'low', false);
    expect([choice.decide(620_100, behind), choice.decide(620_200, behind)]).toEqual(['high', 'low']);
  });

  it('counts as a try that failed', () => {
    const choice = new QualityChoice();
    const well = { ...behind, behind: false };
    choice.decide(0, behind);
    expect(choice.decide(10_000, well)).toBe('high');
    choice.refused(15_000, 'high');
    expect([choice.decide(34_900, well), choice.decide(35_000, well)]).toEqual(['low', 'high']);
  });
});
