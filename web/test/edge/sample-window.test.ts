import { expect, it } from 'vitest';
import { SampleWindow } from '../../src/edge/sample-window';

function filled(...values: number[]): SampleWindow {
  const window = new SampleWindow(100);
  for (const [at, value] of values.entries()) window.add(at, value);
  return window;
}

it.each([
  [0, 1],
  [0.5, 3],
  [0.9, 5],
  [1, 5],
])('percentile %d of 1 to 5 in any order is %d', (fraction, expected) => {
  expect(filled(4, 2, 5, 1, 3).percentile(fraction)).toBe(expected);
});

it('has no percentile without samples', () => {
  expect(filled().percentile(0.5)).toBeNull();
});

it('forgets what is too old, but keeps the least that is asked for', () => {
  const window = filled(0, 1, 2, 3, 4);
  window.trim(4, 1);
  expect([window.size, window.percentile(0)]).toEqual([2, 3]);
  window.trim(100, 1, 1);
  expect(window.size).toBe(1);
});

it('never holds more than it may', () => {
  const window = new SampleWindow(3);
  for (let at = 0; at < 10; at += 1) window.add(at, at);
  expect([window.size, window.percentile(0), window.sum()]).toEqual([3, 7, 24]);
});
