import { describe, expect, it } from 'vitest';
import { audioSpecificConfig, decoderConfiguration, sampleOf, timedChunks, timescaleOf } from '../../src/media/bmff';
import { audioInitSegment, box, chunk, initSegment, joined, picture, words, zeros } from '../support/boxes';

const AVCC = new Uint8Array([1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 0x42]);

describe('decoderConfiguration', () => {
  it.each([
    ['avc1', 'avcC'],
    ['hvc1', 'hvcC'],
  ])('finds the body of %s/%s', (entry, type) => {
    expect(decoderConfiguration(initSegment(entry, box(type, AVCC)))).toEqual(AVCC);
  });

  it('finds it in a view into a larger buffer, as a message gives it', () => {
    const init = initSegment('avc1', box('avcC', AVCC));
    const message = new Uint8Array([...zeros(40), ...init]);
    expect(decoderConfiguration(message.subarray(40))).toEqual(AVCC);
  });

  it('says so when there is none', () => {
    expect(() => decoderConfiguration(initSegment('avc1', box('free')))).toThrow('configuration');
    expect(() => decoderConfiguration(box('ftyp'))).toThrow('no sample');
  });

  it('ends at a box that claims to be longer than its parent', () => {
    const broken = initSegment('avc1', box('avcC', AVCC)).slice(0, -1);
    expect(() => decoderConfiguration(broken)).toThrow('no sample');
  });

  it('ends at a box of no size instead of reading it for ever', () => {
    expect(() => decoderConfiguration(zeros(64))).toThrow('no sample');
  });
});

describe('audioSpecificConfig', () => {
  const SPECIFIC = new Uint8Array([0x11, 0x90]);
  const lengths: [string, (length: number) => number[]][] = [
    ['one byte', (length) => [length]],
    ['four bytes', (length) => [0x80, 0x80, 0x80, length]],
  ];

  function descriptor(tag: number, length: (length: number) => number[], ...body: Uint8Array[]) {
    const bytes = joined(...body);
    return new Uint8Array([tag, ...length(bytes.length), ...bytes]);
  }

  it.each(lengths)('is found in descriptors whose lengths take %s', (_name, length) => {
    const decoder = descriptor(4, length, zeros(13), descriptor(5, length, SPECIFIC));
    const stream = descriptor(3, length, zeros(3), decoder, descriptor(6, length, zeros(1)));
    const init = audioInitSegment('mp4a', box('esds', zeros(4), stream));
    expect(audioSpecificConfig(init)).toEqual(SPECIFIC);
  });

  it('is missed in words', () => {
    expect(() => audioSpecificConfig(audioInitSegment('Opus', box('dOps', zeros(11))))).toThrow('AAC');
    expect(() => audioSpecificConfig(audioInitSegment('mp4a', box('esds', zeros(8))))).toThrow('AAC');
    expect(() => audioSpecificConfig(box('ftyp'))).toThrow('AAC');
  });
});

describe('sampleOf', () => {
  it('begins 8 bytes after the moof', () => {
    const sample = new Uint8Array([0, 0, 0, 1, 0x65]);
    expect(sampleOf(chunk(words(0, 0), words(0, 1), sample))).toEqual(sample);
  });
});

describe('timescaleOf', () => {
  it.each([
    ['version 0', words(0, 1, 2, 12_800, 3, 4)],
    ['version 1', words(0x01000000, 0, 1, 0, 2, 12_800, 0, 3, 4)],
  ])('reads mdhd of %s', (_name, mdhd) => {
    expect(timescaleOf(initSegment('avc1', box('avcC', AVCC), mdhd))).toBe(12_800);
  });

  it('is unknown in a chunk', () => {
    expect(timescaleOf(picture(0, 3000))).toBeNull();
  });
});

describe('timedChunks', () => {
  it('reads decode times of 64 and of 32 bits', () => {
    const long = chunk(words(0x01000000, 2, 5), words(0x100, 1, 3000));
    const short = chunk(words(0, 7), words(0x100, 1, 3000));
    const times = timedChunks(joined(long, short)).map(({ decodeTime }) => decodeTime);
    expect(times).toEqual([2 ** 33 + 5, 7]);
  });

  it.each([
    ['data offset, duration, size', [0x301, 1, 100, 3000, 1], [0x301, 1, 100, 9000, 1]],
    ['no data offset', [0x300, 1, 3000, 1], [0x300, 1, 9000, 1]],
    ['first sample flags', [0x105, 1, 100, 7, 3000], [0x105, 1, 100, 7, 9000]],
    ['version 1', [0x01000f01, 1, 9, 3000, 1, 2, 3], [0x01000f01, 1, 9, 9000, 1, 2, 3]],
  ])('reads and writes durations where the flags say: %s', (_name, before, after) => {
    const bytes = chunk(words(0, 0), words(...before));
    const [only] = timedChunks(bytes);
    expect(only?.duration).toBe(3000);
    only?.setDuration(9000);
    expect(bytes).toEqual(chunk(words(0, 0), words(...after)));
  });

  it.each([
    ['samples without a duration of their own', words(0x201, 1, 100, 1)],
    ['several samples', words(0x101, 2, 100, 3000, 3000)],
  ])('leaves out %s', (_name, trun) => {
    expect(timedChunks(chunk(words(0, 0), trun))).toEqual([]);
  });

  it('finds nothing in what is no chunk', () => {
    expect(timedChunks(box('styp', words(1, 2)))).toEqual([]);
    expect(timedChunks(box('moof', box('mfhd', words(0, 1))))).toEqual([]);
  });
});
