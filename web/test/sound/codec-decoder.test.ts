import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseHeader, type AudioMessage } from '../../src/live/protocol';
import { CodecDecoder } from '../../src/sound/codec-decoder';
import type { Pcm } from '../../src/sound/pcm';
import { chunk, words } from '../support/boxes';
import { mediaMessage } from '../support/messages';

const RATE = 48_000;
const UNIT = 960;
const TICKS = (UNIT * 90_000) / RATE;

interface Events {
  output(data: unknown): void;
  error(error: DOMException): void;
}

/** Counts samples from the first time stamp on, as Chromium's does. */
class FakeDecoder {
  static made: FakeDecoder[] = [];
  state = 'unconfigured';
  decodeQueueSize = 0;
  #first: number | null = null;
  #count = 0;

  constructor(readonly events: Events) {
    FakeDecoder.made.push(this);
  }
  configure(): void {
    this.state = 'configured';
  }
  reset(): void {
    this.state = 'unconfigured';
    this.#first = null;
    this.#count = 0;
  }
  close(): void {
    this.state = 'closed';
  }
  decode({ timestamp }: { timestamp: number }): void {
    this.#first ??= timestamp;
    const numberOfFrames = UNIT;
    this.events.output({
      numberOfFrames,
      numberOfChannels: 1,
      sampleRate: RATE,
      timestamp: this.#first + (this.#count / RATE) * 1e6,
      copyTo: (samples: Float32Array) => samples.fill(0.5),
      close: () => {},
    });
    this.#count += numberOfFrames;
  }
}

const decoded = vi.fn<(pcm: Pcm) => void>();
const failed = vi.fn<() => void>();
let decoder: CodecDecoder;

function give(decodeTime: number): void {
  const header = parseHeader(mediaMessage({ decodeTime, duration: TICKS }));
  decoder.decode(header, chunk(words(0, 0), words(0, 1)));
}

const starts = () => decoded.mock.calls.map(([{ start }]) => Math.round(start * 1000));

beforeEach(() => {
  vi.resetAllMocks();
  FakeDecoder.made = [];
  vi.stubGlobal('AudioDecoder', FakeDecoder);
  vi.stubGlobal('EncodedAudioChunk', function EncodedAudioChunk(fields: object) {
    return fields;
  });
  const message = { codec: 'opus', sample_rate: RATE, channels: 1, timescale: 90_000 };
  decoder = new CodecDecoder(message as AudioMessage, new Uint8Array(), { decoded, failed });
});

afterEach(() => vi.unstubAllGlobals());

describe('CodecDecoder', () => {
  it('gives each unit its media time', () => {
    for (const number of [10, 11, 12]) give(number * TICKS);
    expect(starts()).toEqual([200, 220, 240]);
    expect(decoded.mock.calls[0]?.[0].channels).toEqual([new Float32Array(UNIT).fill(0.5)]);
  });

  it('does so behind a hole as well, and when the camera begins again', () => {
    for (const number of [10, 11, 500, 501, 3, 4]) give(number * TICKS);
    expect(starts()).toEqual([200, 220, 10_000, 10_020, 60, 80]);
  });

  it('takes rounding for no hole', () => {
    const reset = vi.spyOn(FakeDecoder.prototype, 'reset');
    for (const time of [0, 1801, 3599, 5402]) give(time);
    expect(reset).not.toHaveBeenCalled();
  });

  it('is opened again after an error, and gives up after some in a row', () => {
    for (let count = 0; count < 3; count += 1) {
      FakeDecoder.made.at(-1)?.events.error(new DOMException('broken', 'EncodingError'));
    }
    expect(failed).not.toHaveBeenCalled();
    expect(FakeDecoder.made).toHaveLength(4);
    give(0);
    expect(starts()).toEqual([0]);
    const unsupported = new DOMException('no', 'NotSupportedError');
    FakeDecoder.made.at(-1)?.events.error(unsupported);
    expect(failed).toHaveBeenCalledOnce();
  });
});
