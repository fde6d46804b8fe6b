import { describe, expect, it } from 'vitest';
import { timedChunks } from '../../src/media/bmff';
import { DurationCorrector, lengthens, longDuration, setDuration } from '../../src/media/durations';
import { box, joined, picture, words } from '../support/boxes';
import { seeded } from '../support/random';

const durationsOf = (data: Uint8Array) => timedChunks(data).map(({ duration }) => duration);

/** What MSE's coded frame processing drops: pictures further away than twice the last duration. */
function survives(data: Uint8Array): boolean {
  const chunks = timedChunks(data);
  return chunks.every(({ decodeTime }, at) => {
    const last = chunks[at - 1];
    return !last || decodeTime - last.decodeTime <= 2 * last.duration;
  });
}

describe('longDuration', () => {
  it.each([
    [3000, 13_500],
    [9000, 27_000],
  ])('instead of %i it says %i', (duration, expected) => {
    expect(longDuration(duration, 90_000)).toBe(expected);
  });
});

describe('lengthens', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', false],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0', true],
  ])('%s: %s', (userAgent, expected) => expect(lengthens(userAgent)).toBe(expected));
});

describe('setDuration', () => {
  it('writes the duration of a picture, twice the same', () => {
    const data = picture(0, 3000);
    setDuration(data, 13_500);
    setDuration(data, 13_500);
    expect(durationsOf(data)).toEqual([13_500]);
  });
});

describe('DurationCorrector', () => {
  const correct = (data: Uint8Array) => new DurationCorrector(true).correct(data);

  it('writes what the decode times tell, and lengthens the last', () => {
    const part = joined(picture(0, 3000), picture(2700, 2700), picture(5700, 2700));
    expect(correct(part)).toBe(5400);
    expect(durationsOf(part)).toEqual([2700, 3000, 8100]);
  });

  it('lengthens a part of one picture', () => {
    const part = picture(0, 3000);
    expect(correct(part)).toBe(6000);
    expect(durationsOf(part)).toEqual([9000]);
  });

  it('knows the usual duration from the parts before', () => {
    const corrector = new DurationCorrector(true);
    for (let at = 0; at < 10; at += 1) {
      corrector.correct(joined(picture(at * 6000, 3000), picture(at * 6000 + 3000, 3000)));
    }
    const uneven = joined(picture(60_000, 3000), picture(60_090, 90));
    corrector.correct(uneven);
    expect(durationsOf(uneven)).toEqual([90, 9000]);
  });

  it('gives the last the usual duration where none is to be made longer', () => {
    const part = joined(picture(0, 3000), picture(2700, 2700), picture(5700, 2700));
    expect(new DurationCorrector(false).correct(part)).toBe(0);
    expect(durationsOf(part)).toEqual([2700, 3000, 2700]);
  });

  it('leaves a duration alone where decode time does not rise', () => {
    const part = joined(picture(5, 3000), picture(5, 3000));
    correct(part);
    expect(durationsOf(part)[0]).toBe(3000);
  });

  it('does not touch what holds no picture', () => {
    const init = box('ftyp', words(1));
    expect(correct(init)).toBe(0);
    expect(init).toEqual(box('ftyp', words(1)));
  });

  it('makes every uneven clock bearable within a part', () => {
    const random = seeded(3);
    for (let run = 0; run < 100; run += 1) {
      let time = 0;
      let step = 3000;
      const pictures = Array.from({ length: 30 }, () => {
        const made = picture(time, step);
        step = 1 + Math.floor(random() * 12_000);
        time += step;
        return made;
      });
      const part = joined(...pictures);
      correct(part);
      expect(survives(part)).toBe(true);
    }
  });
});
