import { describe, expect, it } from 'vitest';
import { PresentationQueue } from '../../src/player/presentation-queue';
import { seeded } from '../support/random';

class Picture {
  closed = 0;
  constructor(readonly number: number) {}
  close(): void {
    this.closed += 1;
  }
}

describe('PresentationQueue', () => {
  it('keeps what is shown when nothing new has come', () => {
    expect(new PresentationQueue<Picture>().take()).toBeNull();
  });

  it('shows two pictures that came together one after the other', () => {
    const queue = new PresentationQueue<Picture>();
    queue.push(new Picture(1));
    queue.push(new Picture(2));
    expect([queue.take()?.number, queue.take()?.number, queue.take()]).toEqual([1, 2, null]);
    expect(queue.dropped).toBe(0);
  });

  it('gives the oldest of three back unseen', () => {
    const queue = new PresentationQueue<Picture>();
    const pictures = [1, 2, 3].map((number) => new Picture(number));
    for (const picture of pictures) queue.push(picture);
    expect(pictures.map(({ closed }) => closed)).toEqual([1, 0, 0]);
    expect([queue.take()?.number, queue.take()?.number, queue.dropped]).toEqual([2, 3, 1]);
  });

  it('does not stay a picture behind a camera that is as fast as the screen', () => {
    const queue = new PresentationQueue<Picture>();
    queue.push(new Picture(0));
    const shown: number[] = [];
    for (let number = 1; number <= 20; number += 1) {
      queue.push(new Picture(number));
      shown.push(queue.take()?.number ?? -1);
    }
    expect(shown.at(-1)).toBe(20);
    expect(queue.dropped).toBe(1);
  });

  it('gives every picture back when it is cleared', () => {
    const queue = new PresentationQueue<Picture>();
    const pictures = [new Picture(1), new Picture(2)];
    for (const picture of pictures) queue.push(picture);
    queue.clear();
    expect(pictures.map(({ closed }) => closed)).toEqual([1, 1]);
    expect(queue.take()).toBeNull();
  });

  it('shows in order, and neither loses nor doubles a picture, whatever the arrivals', () => {
    const random = seeded(11);
    const queue = new PresentationQueue<Picture>();
    const all: Picture[] = [];
    const shown: Picture[] = [];
    for (let tick = 0; tick < 5000; tick += 1) {
      for (let more = Math.floor(random() * 3 * random() * 2); more > 0; more -= 1) {
        const picture = new Picture(all.length);
        all.push(picture);
        queue.push(picture);
      }
      const picture = queue.take();
      if (picture) shown.push(picture);
    }
    queue.clear();
    expect(shown.every((picture) => picture.closed === 0)).toBe(true);
    for (const [at, { number }] of shown.entries()) {
      expect(number).toBeGreaterThan(shown[at - 1]?.number ?? -1);
    }
    const unseen = all.filter((picture) => !shown.includes(picture));
    expect(unseen.every((picture) => picture.closed === 1)).toBe(true);
  });
});
