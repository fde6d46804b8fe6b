import { expect, it } from 'vitest';
import { Frontier } from '../../src/player/frontier';

const FRAME = 0.1;

function after(...starts: number[]): number {
  const frontier = new Frontier();
  for (const start of starts) frontier.add(start, FRAME);
  return frontier.end;
}

it('is the end of the newest picture', () => {
  expect(after(1, 1.1, 1.2)).toBeCloseTo(1.3);
});

it('stays behind by as much as pictures are reordered', () => {
  expect(after(0, 0.3, 0.1, 0.2)).toBeCloseTo(0.2);
  expect(after(0, 0.3, 0.1, 0.2, 0.6)).toBeCloseTo(0.5);
});

it('is not moved by a clock that was set back', () => {
  expect(after(100, 101, 50, 102)).toBeCloseTo(102.1);
});

it('is hardly moved by one duration that was guessed wrong', () => {
  const frontier = new Frontier();
  for (let at = 0; at < 10; at += 1) frontier.add(at * FRAME, FRAME);
  frontier.add(1, 4);
  expect(frontier.end).toBeCloseTo(1.1, 1);
  frontier.add(1.1, FRAME);
  expect(frontier.end).toBeCloseTo(1.2, 1);
});

it('forgets a picture that came out of order once', () => {
  const frontier = new Frontier();
  frontier.add(1, FRAME);
  frontier.add(0.9, FRAME);
  for (let at = 1; at <= 120; at += 1) frontier.add(1 + at * FRAME, FRAME);
  expect(frontier.end).toBeCloseTo(13.1);
});
