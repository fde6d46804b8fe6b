import { expect, it } from 'vitest';
import { scaleTop } from '../../src/pages/graph';

it.each([
  [0, 50],
  [50, 50],
  [51, 100],
  [180, 200],
  [2400, 5000],
])('a scale for %i goes to %i', (value, expected) => {
  expect(scaleTop(value)).toBe(expected);
});
