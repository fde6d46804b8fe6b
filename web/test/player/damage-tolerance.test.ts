import { expect, test } from 'vitest';
import { DamageTolerance } from '../../src/player/damage-tolerance';

test('damaged pictures are decoded while that goes well', () => {
  const tolerance = new DamageTolerance();
  expect([tolerance.refuses(false, 0), tolerance.refuses(true, 40)]).toEqual([false, false]);
});

test('after a decoder has failed at one, none is decoded any more', () => {
  const tolerance = new DamageTolerance();
  tolerance.refuses(true, 1000);
  tolerance.failed(1100);
  expect([tolerance.refuses(true, 5000), tolerance.refuses(false, 5040)]).toEqual([true, false]);
});

test('a failure long after the damage has another reason', () => {
  const tolerance = new DamageTolerance();
  tolerance.failed(0);
  tolerance.refuses(true, 1000);
  tolerance.failed(4000);
  expect(tolerance.refuses(true, 5000)).toBe(false);
});
