import { expect, test } from 'vitest';
import { originalOf, qualityOf, qualitySetting, streamOf } from '../../src/player/quality';

test.each([
  ['low', 'door~low'],
  ['medium', 'door~medium'],
  ['high', 'door'],
  ['h264', 'door~h264'],
])('quality %s is the stream %s', (quality, stream) => {
  expect(streamOf('door', quality)).toBe(stream);
  expect(qualityOf(stream)).toBe(quality);
  expect(originalOf(stream)).toBe('door');
});

test.each([
  ['low', 'low'],
  ['high', 'high'],
  ['h264', 'auto'],
  ['LOW', 'auto'],
  ['', 'auto'],
  [null, 'auto'],
])('the attribute %s means %s', (value, setting) => {
  expect(qualitySetting(value)).toBe(setting);
});
