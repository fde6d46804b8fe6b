import { describe, expect, it } from 'vitest';
import { Axes, type Moment } from '../../src/sound/axes';

const UNIX_MS = 1_767_225_600_000;

function moment(mediaTime: number, axisS: number, more: Partial<Moment> = {}): Moment {
  const captureMs = UNIX_MS + (mediaTime + axisS) * 1000;
  return { mediaTime, captureMs, arrivedMs: captureMs + 30, cameraClock: true, ...more };
}

function learned(pictures: Partial<Moment>, sound: Partial<Moment>): Axes {
  const axes = new Axes();
  for (let at = 0; at < 3; at += 0.033) {
    axes.picture(at, moment(at, 100, pictures));
    axes.sound(at, moment(at + 60, 40, sound));
  }
  return axes;
}

describe('Axes', () => {
  it('are unknown until both were heard of', () => {
    const axes = new Axes();
    axes.picture(0, moment(1, 100));
    expect(axes.difference()).toBeNull();
    axes.sound(0, moment(61, 40));
    expect(axes.difference()).toBeCloseTo(60, 6);
  });

  it('are compared by captures where both come from the camera, or both from arrivals', () => {
    expect(learned({}, {}).difference()).toBeCloseTo(60, 6);
    expect(learned({ cameraClock: false }, { cameraClock: false }).difference()).toBeCloseTo(60, 6);
  });

  it('are compared by arrivals where only one comes from the camera', () => {
    const axes = new Axes();
    // The pictures say when they were taken; the sound only when it came, 30 ms after that.
    axes.picture(0, moment(1, 100));
    const { captureMs } = moment(61, 40);
    axes.sound(0, moment(61, 40, { captureMs: captureMs + 30, cameraClock: false }));
    expect(axes.difference()).toBeCloseTo(60, 6);
  });

  it('know whether they are exact', () => {
    expect(learned({}, {}).exact).toBe(true);
    expect(learned({}, { cameraClock: false }).exact).toBe(false);
    expect(learned({ cameraClock: false }, {}).exact).toBe(false);
  });

  it('do not follow a single late arrival', () => {
    const axes = learned({ cameraClock: false }, { cameraClock: false });
    const { captureMs } = moment(3, 100);
    axes.picture(3, moment(3, 100, { captureMs: captureMs + 300, cameraClock: false }));
    expect(axes.difference()).toBeCloseTo(60, 6);
  });

  it('are new ones when the server or the camera began again', () => {
    const axes = learned({}, {});
    axes.sound(3, moment(0, 103));
    axes.picture(3, moment(0.5, 103));
    expect(axes.difference()).toBeCloseTo(0, 6);
  });
});
