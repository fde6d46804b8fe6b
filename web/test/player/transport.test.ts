import { describe, expect, it } from 'vitest';
import { candidates, impossible, transportChoice, type Abilities } from '../../src/player/transport';

const CHROME: Abilities = { webCodecs: true, mediaSource: true, nativeHls: false, webSocket: true };
const CHROME_PLAIN_HTTP = { ...CHROME, webCodecs: false };
const SAFARI = { ...CHROME, nativeHls: true };
const OLD_IPHONE = { webCodecs: false, mediaSource: false, nativeHls: true, webSocket: true };
const TEXT_BROWSER = { webCodecs: false, mediaSource: false, nativeHls: false, webSocket: false };

describe('candidates', () => {
  it.each([
    ['auto', CHROME, ['webcodecs', 'mse', 'llhls', 'hls']],
    ['auto', SAFARI, ['webcodecs', 'mse', 'llhls', 'hls']],
    ['auto', CHROME_PLAIN_HTTP, ['mse', 'llhls', 'hls']],
    ['auto', { ...CHROME, webSocket: false }, ['llhls', 'hls']],
    ['auto', OLD_IPHONE, ['llhls', 'hls']],
    ['auto', TEXT_BROWSER, []],
    ['mse', CHROME, ['mse']],
    ['hls', CHROME, ['hls']],
    ['webcodecs', CHROME_PLAIN_HTTP, []],
  ] as const)('%s in %o: %o', (choice, able, expected) => {
    expect(candidates(choice, able)).toEqual(expected);
  });
});

describe('transportChoice', () => {
  it.each([
    ['mse', 'mse'],
    ['llhls', 'llhls'],
    ['auto', 'auto'],
    [null, 'auto'],
    ['carrier pigeon', 'auto'],
  ])('%s is %s', (value, expected) => {
    expect(transportChoice(value)).toBe(expected);
  });
});

describe('impossible', () => {
  it.each([
    ['webcodecs', false, 'https'],
    ['webcodecs', true, 'webcodecs'],
    ['mse', true, 'mse'],
    ['auto', true, 'any way'],
  ] as const)('%s, secure context: %s', (choice, secure, word) => {
    expect(impossible(choice, secure)).toContain(word);
  });
});
