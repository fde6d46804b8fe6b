import { expect, it } from 'vitest';
import { milliseconds } from '../../src/player/stats';

it.each([
  [null, '–'],
  [0, '0 ms'],
  [42.4, '42 ms'],
  [999.4, '999 ms'],
  [1840, '1.84 s'],
  [-3.2, '-3 ms'],
])('%s is written %s', (value, expected) => {
  expect(milliseconds(value)).toBe(expected);
});
