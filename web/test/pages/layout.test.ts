import { describe, expect, it } from 'vitest';
import { layoutFor } from '../../src/pages/layout';

describe('layoutFor', () => {
  it.each([
    [1, 1920, 1040, 1],
    [2, 1920, 1040, 2],
    [4, 1920, 1040, 2],
    [5, 1920, 1040, 3],
    [9, 1920, 1040, 3],
    [16, 1920, 1040, 4],
    [2, 800, 1200, 1],
    [4, 390, 800, 1],
    [0, 1920, 1040, 7],
  ])('%i tiles on %i x %i: %i columns', (tiles, width, height, columns) => {
    expect(layoutFor(tiles, width, height).columns).toBe(columns);
  });

  it('keeps all tiles in view while their pictures are wide enough', () => {
    const { columns, height } = layoutFor(16, 1920, 1040);
    expect(Math.ceil(16 / columns) * (height + 8)).toBeLessThanOrEqual(1040);
  });

  it('scrolls rather than show pictures that nobody can see', () => {
    const { columns, height } = layoutFor(100, 1280, 700);
    expect(columns).toBe(4);
    expect(height * (16 / 9)).toBeGreaterThan(255);
  });
});
