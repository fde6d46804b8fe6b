import { describe, expect, it } from 'vitest';
import { isAfter, parseControl, parseHeader } from '../../src/live/protocol';
import { mediaMessage } from '../support/messages';

describe('parseHeader', () => {
  it('reads every member at its place', () => {
    const message = mediaMessage({
      kind: 2,
      flags: 0b101,
      stream: 513,
      epoch: 7,
      sequence: 0xfffffffe,
      duration: 3000,
      decodeTime: 2 ** 33 + 5,
      captureUs: 1_767_225_600_123_456,
      arrivalUs: -1500,
      compositionOffset: -6000,
    });
    expect(parseHeader(message)).toEqual({
      kind: 2,
      sync: true,
      gap: false,
      cameraClock: true,
      damaged: false,
      stream: 513,
      epoch: 7,
      sequence: 0xfffffffe,
      duration: 3000,
      decodeTime: 2 ** 33 + 5,
      captureMs: 1_767_225_600_123.456,
      arrivalMs: -1.5,
      compositionOffset: -6000,
    });
  });

  it.each([
    [0b001, { sync: true, gap: false, cameraClock: false }],
    [0b010, { sync: false, gap: true, cameraClock: false }],
    [0b100, { sync: false, gap: false, cameraClock: true }],
    [0b1000, { sync: false, gap: false, cameraClock: false, damaged: true }],
  ])('reads flags %i', (flags, expected) => {
    expect(parseHeader(mediaMessage({ flags }))).toMatchObject(expected);
  });

  it('refuses a message that is shorter than a header', () => {
    expect(() => parseHeader(new ArrayBuffer(39))).toThrow(RangeError);
  });
});

describe('isAfter', () => {
  it.each([
    [1, 0, true],
    [0, 1, false],
    [5, 5, false],
    [0, 0xffffffff, true],
    [0xffffffff, 0, false],
    [2 ** 31 - 1, 0, true],
    [2 ** 31, 0, false],
  ])('%i after %i: %s', (a, b, expected) => {
    expect(isAfter(a, b)).toBe(expected);
  });
});

describe('parseControl', () => {
  it('reads a message of a known type', () => {
    expect(parseControl('{"type":"hello","version":1}')).toEqual({ type: 'hello', version: 1 });
  });

  it.each(['', '{', 'null', '[]', '7', '{"type":"weather"}', '{"version":1}'])(
    'ignores %j',
    (text) => {
      expect(parseControl(text)).toBeNull();
    },
  );
});
