import { beforeEach, describe, expect, it } from 'vitest';
import { LiveEdgeController, type Range } from '../../src/edge/controller';

const FRAME = 0.04;
const MARGIN = 0.02;
/** What lies ahead right after the first delivery: until the next, and a reserve. */
const FIRST_AHEAD = FRAME + MARGIN + FRAME / 2;

let edge: LiveEdgeController;
let now: number;
let end: number;

/** Frames that come in step, until `seconds` have passed; media time is local time plus 100 s. */
function run(seconds: number): void {
  for (const until = now + seconds; now < until - 1e-9; ) {
    now += FRAME;
    end += FRAME;
    edge.grew(now, { start: 100, end });
  }
}

function decide(position: number, ranges: Range[] = [{ start: 100, end }], seeking = false) {
  return edge.decide(now, { position, ranges, seeking });
}

beforeEach(() => {
  edge = new LiveEdgeController({ margin: MARGIN, lump: FRAME });
  now = 10;
  end = 110;
  edge.grew(now, { start: 100, end });
});

/** Where playback should be once jitter is known: a frame was due when the last one came. */
const aim = () => end - FRAME - MARGIN - 0.1 * FRAME;

describe('joining', () => {
  it('seeks straight to the newest pictures, with a margin for unknown jitter', () => {
    expect(decide(0).seekTo).toBeCloseTo(end - FIRST_AHEAD, 6);
  });

  it('does nothing without media', () => {
    const empty = new LiveEdgeController({ margin: MARGIN, lump: FRAME });
    expect(empty.decide(10, { position: 0, ranges: [], seeking: false })).toEqual({
      rate: 1,
      seekTo: null,
    });
  });

  it('does not seek before the beginning of what there is', () => {
    edge.reset();
    edge.grew(now, { start: 109.99, end });
    expect(decide(0, [{ start: 109.99, end }]).seekTo).toBe(109.99);
  });

  it('leaves a seek that is under way alone', () => {
    expect(decide(0, [{ start: 100, end }], true).seekTo).toBeNull();
  });
});

describe('steering', () => {
  beforeEach(() => run(10));

  it.each([
    ['on the aim', 0, 1],
    ['a little behind', 0.008, 1],
    ['50 ms behind', 0.05, 1.05],
    ['200 ms behind', 0.2, 1.1],
    ['500 ms behind', 0.5, 1.25],
    ['30 ms too early', -0.02, 0.98],
    ['almost at the end', -0.06, 0.95],
  ])('%s: rate', (_name, behind, rate) => {
    expect(decide(aim() - behind)).toEqual({ rate: expect.closeTo(rate, 2), seekTo: null });
  });

  it('goes on with a correction until the error is small', () => {
    expect(decide(aim() - 0.03).rate).toBeGreaterThan(1);
    expect(decide(aim() - 0.008).rate).toBeGreaterThan(1);
    expect(decide(aim() - 0.003).rate).toBe(1);
    expect(decide(aim() - 0.008).rate).toBe(1);
  });

  it('does not hurry when there is nothing to hurry through', () => {
    now += 0.2;
    expect(decide(end - 0.01).rate).toBe(1);
  });

  it('jumps when far behind', () => {
    expect(decide(aim() - 1.1).seekTo).toBeCloseTo(aim(), 3);
  });

  it('jumps back from beyond the end, where no media is', () => {
    expect(decide(end + 5).seekTo).toBeCloseTo(aim(), 3);
  });

  it('jumps to the newest picture when told, but only once', () => {
    edge.jump();
    expect(decide(aim() - 0.3).seekTo).toBeCloseTo(aim(), 3);
    expect(decide(aim() - 0.3).seekTo).toBeNull();
  });

  it('does not jump on demand when it is there already', () => {
    edge.jump();
    expect(decide(aim()).seekTo).toBeNull();
  });

  it('keeps more ahead after a stall, and forgets it', () => {
    const before = edge.targetAhead(now);
    edge.stalled(now);
    edge.stalled(now);
    expect(edge.targetAhead(now)).toBeGreaterThan(before + 0.015);
    expect(edge.targetAhead(now + 60)).toBeCloseTo(before, 3);
  });

  it('never adds more than a tenth of a second, however often it stalls', () => {
    const before = edge.targetAhead(now);
    for (let count = 0; count < 100; count += 1) edge.stalled(now);
    expect(edge.targetAhead(now)).toBeLessThanOrEqual(before + 0.1 + 1e-9);
  });
});

describe('a hole', () => {
  const older = { start: 100, end: 115 };

  /** Media has come again, so many seconds of it. */
  function resume(seconds: number): Range[] {
    const newer = { start: 117, end: 117 + seconds };
    edge.grew(now, newer);
    return [older, newer];
  }

  beforeEach(() => {
    run(5);
    now += 2.5;
  });

  it('is jumped when playback has come to it', () => {
    expect(decide(114.95, resume(0.5)).seekTo).toBeCloseTo(117.5 - FIRST_AHEAD, 3);
  });

  it('is jumped only when there is enough beyond it to go on playing', () => {
    resume(FRAME);
    expect(decide(114.95, resume(FRAME)).seekTo).toBeNull();
    now += FRAME;
    expect(decide(114.95, resume(2 * FRAME)).seekTo).toBeGreaterThanOrEqual(117);
  });

  it('is jumped in the end even if little comes', () => {
    const ranges = resume(0.01);
    now += 0.6;
    expect(decide(114.95, ranges).seekTo).toBe(117);
  });

  it('does not matter once it lies behind', () => {
    expect(decide(117.5 - FIRST_AHEAD, resume(0.5)).seekTo).toBeNull();
  });
});

describe('another timeline', () => {
  it('is joined anew after a reset', () => {
    run(5);
    edge.reset();
    edge.grew(now, { start: 0, end: 2 });
    expect(decide(end, [{ start: 0, end: 2 }]).seekTo).toBeCloseTo(2 - FIRST_AHEAD, 3);
  });

  it('is noticed when media time goes back', () => {
    run(5);
    edge.grew(now, { start: 0, end: 2 });
    expect(decide(end, [{ start: 0, end: 2 }]).seekTo).toBeCloseTo(2 - FIRST_AHEAD, 3);
  });
});
