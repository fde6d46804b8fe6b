import { beforeEach, describe, expect, it } from 'vitest';
import type { Output } from '../../src/sound/context';
import type { Pcm } from '../../src/sound/pcm';
import { Schedule } from '../../src/sound/schedule';
import type { Arrival, SoundSteering, Step } from '../../src/sound/steering';

const RATE = 48_000;
const OFFSET = 10;

/** One piece that the audio thread was given. */
interface Piece {
  at: number;
  samples: Float32Array;
  source: EventTarget;
  connected: boolean;
}

let pieces: Piece[];
let steps: Step[];
let asked: Arrival[];
let schedule: Schedule;

const context = {
  sampleRate: RATE,
  createBuffer: (_channels: number, length: number) => ({
    length,
    samples: new Float32Array() as Float32Array,
    copyToChannel(samples: Float32Array) {
      this.samples = samples;
    },
  }),
  createBufferSource: () => {
    const source = new EventTarget() as EventTarget & { buffer: { samples: Float32Array } };
    let piece: Piece | null = null;
    return Object.assign(source, {
      connect: () => {},
      disconnect: () => {
        if (piece) piece.connected = false;
      },
      start: (seconds: number) => {
        piece = { at: seconds * RATE, samples: source.buffer.samples, source, connected: true };
        pieces.push(piece);
      },
    });
  },
};

function pcm(length = 480, sampleRate = RATE): Pcm {
  return { start: 0, sampleRate, channels: [new Float32Array(length).fill(0.5)] };
}

beforeEach(() => {
  pieces = [];
  steps = [];
  asked = [];
  const output = { context, offset: () => OFFSET, earliest: () => 11 };
  const steering = {
    place: (arrival: Arrival) => {
      asked.push(arrival);
      return steps.shift() ?? { kind: 'follow', pace: 1 };
    },
    lateness: (end: number) => end,
  };
  schedule = new Schedule(
    output as unknown as Output,
    {} as AudioNode,
    steering as unknown as SoundSteering,
  );
});

describe('Schedule', () => {
  it('begins where it is told and goes on frame by frame', () => {
    steps = [{ kind: 'begin', at: OFFSET + 2 }];
    for (let count = 0; count < 5; count += 1) schedule.add(pcm());
    expect(pieces.map(({ at }) => Math.round(at))).toEqual([96_000, 96_480, 96_960, 97_440, 97_920]);
    expect(asked.map(({ end }) => end)).toEqual([null, 12.01, 12.02, 12.03, 12.04]);
    expect(schedule.lateness).toBeCloseTo(12.05, 6);
  });

  it('leaves no frame between pieces of another rate, or of another pace', () => {
    steps = [{ kind: 'begin', at: OFFSET + 2 }];
    for (let count = 0; count < 40; count += 1) {
      steps.push({ kind: 'follow', pace: count % 3 ? 1.02 : 0.98 });
      schedule.add(pcm(353, 44_100));
    }
    for (const [at, piece] of pieces.slice(1).entries()) {
      const before = pieces[at];
      expect(piece.at).toBeCloseTo((before?.at ?? 0) + (before?.samples.length ?? 0), 6);
    }
  });

  it('fades in what begins, and nothing else', () => {
    steps = [{ kind: 'begin', at: OFFSET + 2 }];
    schedule.add(pcm());
    schedule.add(pcm());
    const [first, second] = pieces;
    expect(first?.samples[10]).toBeLessThan(0.05);
    expect(first?.samples.at(-1)).toBeCloseTo(0.5, 3);
    expect(second?.samples[0]).toBeCloseTo(0.5, 3);
  });

  it('hands over nothing of what is dropped', () => {
    steps = [{ kind: 'begin', at: OFFSET + 2 }, { kind: 'drop' }];
    schedule.add(pcm());
    schedule.add(pcm());
    expect(pieces).toHaveLength(1);
  });

  it('is silent at once when it is stopped, and lets go of what has ended', () => {
    steps = [{ kind: 'begin', at: OFFSET + 2 }];
    for (let count = 0; count < 3; count += 1) schedule.add(pcm());
    pieces[0]?.source.dispatchEvent(new Event('ended'));
    expect(pieces.map(({ connected }) => connected)).toEqual([false, true, true]);
    schedule.stop();
    expect(pieces.some(({ connected }) => connected)).toBe(false);
    expect(schedule.lateness).toBeNull();
  });
});
