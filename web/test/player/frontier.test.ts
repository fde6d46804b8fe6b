import { expect, it } from 'vitest';
import { Frontier } from '../../src/player/frontier';

function after(...ends: number[]): number {
  const frontier = new Frontier();
  for (const end of ends) frontier.add(end);
  return frontier.end;
}

it('is the end of the newest picture', () => {
  expect(after(1, 2, 3)).toBe(3);
});

it('stays behind by as much as pictures are reordered', () => {
  expect(after(0.1, 0.4, 0.2, 0.3)).toBeCloseTo(0.2);
  expect(after(0.1, 0.4, 0.2, 0.3, 0.7)).toBeCloseTo(0.5);
});

it('is not moved by a clock that was set back', () => {
  expect(after(100, 101, 50, 102)).toBe(102);
});

it('forgets a picture that came out of order once', () => {
  const frontier = new Frontier();
  frontier.add(1);
  frontier.add(0.9);
  for (let at = 1; at <= 120; at += 1) frontier.add(1 + at / 30);
  expect(frontier.end).toBeCloseTo(5);
});
