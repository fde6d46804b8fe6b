import { describe, expect, it } from 'vitest';
import { decoderConfiguration, sampleOf, setSampleDuration } from '../../src/media/bmff';
import { box, chunk, initSegment, words, zeros } from '../support/boxes';

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

describe('sampleOf', () => {
  it('begins 8 bytes after the moof', () => {
    const sample = new Uint8Array([0, 0, 0, 1, 0x65]);
    expect(sampleOf(chunk(box('trun', words(0, 1)), sample))).toEqual(sample);
  });
});

describe('setSampleDuration', () => {
  const sample = new Uint8Array([9]);

  it.each([
    ['data offset, duration, size', [0x301, 1, 100, 3000, 1], [0x301, 1, 100, 9000, 1]],
    ['no data offset', [0x300, 1, 3000, 1], [0x300, 1, 9000, 1]],
    ['first sample flags', [0x105, 1, 100, 7, 3000], [0x105, 1, 100, 7, 9000]],
    ['version 1 with composition offset', [0x01000f01, 1, 9, 3000, 1, 2, 3], [0x01000f01, 1, 9, 9000, 1, 2, 3]],
  ])('writes where the flags say: %s', (_name, before, after) => {
    const bytes = chunk(box('trun', words(...before)), sample);
    setSampleDuration(bytes, 9000);
    expect(bytes).toEqual(chunk(box('trun', words(...after)), sample));
  });

  it('leaves a chunk alone whose samples have no duration of their own', () => {
    const bytes = chunk(box('trun', words(0x201, 1, 100, 1)), sample);
    const before = bytes.slice();
    setSampleDuration(bytes, 9000);
    expect(bytes).toEqual(before);
  });

  it('leaves alone what is no chunk', () => {
    const bytes = box('styp', words(1, 2));
    setSampleDuration(bytes, 9000);
    expect(bytes).toEqual(box('styp', words(1, 2)));
  });
});
