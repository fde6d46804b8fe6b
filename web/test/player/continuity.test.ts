import { beforeEach, describe, expect, it } from 'vitest';
import type { MediaHeader } from '../../src/live/protocol';
import { Continuity } from '../../src/player/continuity';

const FRAME = 3000;
const INIT = new Uint8Array([1, 2, 3]);
const OTHER_INIT = new Uint8Array([1, 2, 4]);

let continuity: Continuity;

/** Frame `number` of a stream that began at `began` seconds of Unix time. */
function frame(number: number, options: { sync?: boolean; began?: number } = {}): MediaHeader {
  const { sync = number % 10 === 0, began = 1000 } = options;
  return {
    kind: 2,
    sync,
    gap: false,
    cameraClock: false,
    damaged: false,
    stream: 1,
    epoch: 0,
    sequence: number,
    duration: FRAME,
    decodeTime: number * FRAME,
    captureMs: (began + (number * FRAME) / 90_000) * 1000,
    arrivalMs: 5,
    compositionOffset: 0,
  };
}

const steps = (numbers: number[], options?: { began?: number }) =>
  numbers.map((number) => continuity.step(frame(number, options), 90_000));

beforeEach(() => {
  continuity = new Continuity();
});

describe('Continuity', () => {
  it('takes nothing before an init segment', () => {
    expect(steps([10])).toEqual(['skip']);
  });

  it('begins with a sync frame', () => {
    continuity.configure(INIT);
    expect(steps([8, 9, 10, 11, 12])).toEqual(['skip', 'skip', 'begin', 'append', 'append']);
    expect(continuity.init).toBe(INIT);
  });

  it('appends only what is new when a subscription resumes', () => {
    continuity.configure(INIT);
    steps([10, 11, 12]);
    continuity.configure(INIT.slice());
    expect(steps([10, 11, 12, 13, 14])).toEqual(['skip', 'skip', 'skip', 'append', 'append']);
  });

  it('begins again when a newer group of pictures has begun meanwhile', () => {
    continuity.configure(INIT);
    steps([10, 11, 12]);
    continuity.configure(INIT);
    expect(steps([20, 21])).toEqual(['begin', 'append']);
  });

  it('begins again with another decoder configuration, even if the times overlap', () => {
    continuity.configure(INIT);
    steps([10, 11, 12]);
    continuity.configure(OTHER_INIT);
    expect(steps([10, 11, 12, 13])).toEqual(['begin', 'append', 'append', 'append']);
  });

  it('waits for a sync frame after an interruption', () => {
    continuity.configure(INIT);
    steps([10, 11]);
    continuity.interrupt();
    expect(steps([15, 16, 20])).toEqual(['skip', 'skip', 'begin']);
  });

  it.each([
    ['began again', 2000],
    ['has another clock', 500],
  ])('begins anew when the server %s', (_name, began) => {
    continuity.configure(INIT);
    steps([100, 101]);
    continuity.configure(INIT);
    expect(steps([0, 1], { began })).toEqual(['begin anew', 'append']);
  });

  it('leaves out chunks that came twice', () => {
    continuity.configure(INIT);
    expect(steps([10, 11, 11, 12])).toEqual(['begin', 'append', 'skip', 'append']);
  });
});
