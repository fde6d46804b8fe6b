import { expect, it } from 'vitest';
import { Backoff } from '../../src/live/backoff';

it('doubles up to the most, and begins again after a reset', () => {
  const backoff = new Backoff(250, 2000, () => 0.5);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([250, 500, 1000, 2000, 2000]);
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

it('spreads each wait over 75 to 125 per cent', () => {
  expect(new Backoff(1000, 2000, () => 0).next()).toBe(750);
  expect(new Backoff(1000, 2000, () => 1).next()).toBe(1250);
});
