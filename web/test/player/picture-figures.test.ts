import { beforeEach, describe, expect, it } from 'vitest';
import { PictureFigures } from '../../src/player/picture-figures';

let figures: PictureFigures;
let now: number;

function show(count: number, interval: number, latency: number | null = 40): void {
  for (let picture = 0; picture < count; picture += 1) {
    now += interval;
    figures.presented(now, latency);
  }
}

beforeEach(() => {
  figures = new PictureFigures();
  now = 1000;
});

describe('PictureFigures', () => {
  it('says nothing before the first picture', () => {
    expect(figures.age(now)).toBeNull();
    expect(figures.moves(now)).toBe(false);
    expect(figures.latency(now, 0.5)).toBeNull();
    expect(figures.fps(now)).toBe(0);
  });

  it('counts pictures a second', () => {
    show(100, 40);
    expect(figures.fps(now)).toBeCloseTo(25);
  });

  it('knows the delay of the newest seconds only', () => {
    show(200, 40, 900);
    show(150, 40, 50);
    expect(figures.latency(now, 0.5)).toBe(50);
    expect(figures.latency(now, 1)).toBe(50);
    expect(figures.latencyMs).toBe(50);
  });

  it('leaves out pictures whose delay is unknown', () => {
    show(5, 40, null);
    expect(figures.latency(now, 0.5)).toBeNull();
    expect(figures.latencyMs).toBeNull();
  });

  it('counts a pause that a person notices', () => {
    show(50, 40);
    show(1, 600);
    show(50, 40);
    expect(figures.stalls).toBe(1);
  });

  it('does not count a short one', () => {
    show(50, 40);
    show(1, 450);
    expect(figures.stalls).toBe(0);
  });

  it('takes the pace of a slow camera for what it is', () => {
    show(20, 1000);
    expect(figures.stalls).toBe(0);
    expect(figures.moves(now + 3000)).toBe(true);
    expect(figures.fps(now)).toBeCloseTo(1);
  });

  it('does not count a pause that was wanted', () => {
    show(50, 40);
    figures.pause();
    show(1, 60_000);
    expect(figures.stalls).toBe(0);
  });

  it('knows when the picture stands still', () => {
    show(50, 40);
    expect(figures.moves(now + 900)).toBe(true);
    expect(figures.moves(now + 1100)).toBe(false);
    expect(figures.fps(now + 1100)).toBe(0);
    expect(figures.age(now + 1100)).toBe(1100);
  });
});
