import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseHeader, type AudioMessage } from '../../src/live/protocol';
import { FileDecoder } from '../../src/sound/file-decoder';
import type { Pcm } from '../../src/sound/pcm';
import { mediaMessage } from '../support/messages';

const RATE = 48_000;
const UNIT = 1024;
const INIT = new Uint8Array([105]);
const TICKS = (UNIT * 90_000) / RATE;

/** Each byte of a file becomes one unit of samples with that value, once it is told to go on. */
class FakeContext {
  static files: number[][] = [];
  static waiting: (() => void)[] = [];
  /** So many samples at the beginning of a file are left out, as some decoders do. */
  static lost = 0;
  static broken = false;

  constructor(
    readonly channels: number,
    readonly length: number,
    readonly sampleRate: number,
  ) {}

  async decodeAudioData(file: ArrayBuffer): Promise<unknown> {
    const [init, ...units] = new Uint8Array(file);
    expect(init).toBe(INIT[0]);
    FakeContext.files.push(units);
    await new Promise<void>((resolve) => FakeContext.waiting.push(resolve));
    if (FakeContext.broken) throw new DOMException('Unable to decode', 'EncodingError');
    const samples = Float32Array.from(
      { length: units.length * UNIT },
      (_, at) => units[Math.floor(at / UNIT)] ?? 0,
    ).slice(FakeContext.lost);
    return {
      length: samples.length,
      sampleRate: this.sampleRate,
      numberOfChannels: 1,
      getChannelData: () => samples,
    };
  }
}

const decoded = vi.fn<(pcm: Pcm) => void>();
const failed = vi.fn<() => void>();
let decoder: FileDecoder;

function chunk(number: number, flags = 0): void {
  const header = parseHeader(mediaMessage({ decodeTime: number * TICKS, duration: TICKS, flags }));
  decoder.decode(header, new Uint8Array([number]));
}

/** The oldest file is decoded, and what follows from it is done. */
async function goOn(): Promise<void> {
  FakeContext.waiting.shift()?.();
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  vi.resetAllMocks();
  vi.stubGlobal('OfflineAudioContext', FakeContext);
  Object.assign(FakeContext, { files: [], waiting: [], lost: 0, broken: false });
  const message = { codec: 'mp4a.40.2', sample_rate: RATE, channels: 1, timescale: 90_000 };
  decoder = new FileDecoder(message as AudioMessage, INIT, { decoded, failed });
});

afterEach(() => vi.unstubAllGlobals());

/** Media time in units, and the units that were heard. */
function heard(): [number, number[]][] {
  return decoded.mock.calls.map(([{ start, channels }]) => [
    Math.round((start * RATE) / UNIT),
    [...(channels[0] ?? [])].filter((_, at) => at % UNIT === 0),
  ]);
}

describe('FileDecoder', () => {
  it('puts what was heard before in front of each file, and takes only what is new', async () => {
    for (const number of [1, 2, 3, 4]) {
      chunk(number);
      await goOn();
    }
    expect(FakeContext.files).toEqual([[1], [1, 2], [1, 2, 3], [2, 3, 4]]);
    expect(heard()).toEqual([[1, [1]], [2, [2]], [3, [3]], [4, [4]]]);
    expect(decoded.mock.calls.every(([{ channels }]) => channels[0]?.length === UNIT)).toBe(true);
  });

  it('decodes together what comes while it is busy', async () => {
    for (const number of [1, 2, 3, 4]) chunk(number);
    expect(FakeContext.files).toEqual([[1]]);
    await goOn();
    await goOn();
    expect(FakeContext.files).toEqual([[1], [1, 2, 3, 4]]);
    expect(heard()).toEqual([[1, [1]], [2, [2, 3, 4]]]);
  });

  it('counts from the end, for a decoder may leave out the beginning', async () => {
    chunk(1);
    await goOn();
    FakeContext.lost = 500;
    chunk(2);
    await goOn();
    expect(heard().at(-1)).toEqual([2, [2]]);
  });

  it('does not decode across a hole', async () => {
    chunk(1);
    await goOn();
    chunk(9, 0b010);
    await goOn();
    expect(FakeContext.files).toEqual([[1], [9]]);
  });

  it('collects no more than a second while the browser does nothing', async () => {
    for (let number = 1; number <= 120; number += 1) chunk(number);
    await goOn();
    expect(FakeContext.files[1]?.length).toBeLessThanOrEqual(51);
    expect(FakeContext.files[1]?.at(-1)).toBe(120);
  });

  it('says that it cannot only after some files in a row', async () => {
    FakeContext.broken = true;
    for (const number of [1, 2, 3]) {
      chunk(number);
      await goOn();
    }
    expect(failed).not.toHaveBeenCalled();
    chunk(4);
    await goOn();
    expect(failed).toHaveBeenCalledOnce();
  });

  it('tells nothing once it is closed', async () => {
    chunk(1);
    decoder.close();
    await goOn();
    expect(decoded).not.toHaveBeenCalled();
  });
});
