import { describe, expect, it } from 'vitest';
import { describe as describeState, duration, type Facts } from '../../src/player/state';

const LIVE: Facts = {
  failure: null,
  paused: false,
  moves: true,
  pictureAgeS: 0.03,
  connected: true,
  camera: 'live',
  cameraForS: 60,
  cameraError: null,
};
const STILL = { ...LIVE, moves: false, pictureAgeS: 3.4 };
const NEW = { ...LIVE, moves: false, pictureAgeS: null };

describe('the state of a player', () => {
  it.each<[string, Facts, string, string | null]>([
    ['pictures move', LIVE, 'live', null],
    ['pictures move, the server has not said so yet', { ...LIVE, camera: 'connecting' }, 'live', null],
    ['it stands still', STILL, 'stalled', 'No new picture for 3 s'],
    ['it has just begun', { ...NEW, camera: null }, 'connecting', 'Connecting…'],
    ['no server yet', { ...NEW, connected: false }, 'connecting', 'Connecting…'],
    [
      'no server any more',
      { ...STILL, connected: false },
      'stalled',
      'Connection to the server lost, retrying',
    ],
    [
      'camera gone',
      { ...STILL, camera: 'offline', cameraForS: 12.3 },
      'offline',
      'Camera offline for 12 s, retrying',
    ],
    ['camera coming', { ...STILL, camera: 'connecting' }, 'connecting', 'Connecting to the camera…'],
    ['camera off', { ...NEW, camera: 'stopped' }, 'stopped', 'This camera is switched off'],
    ['nobody looks', { ...STILL, paused: true }, 'paused', 'Paused'],
    ['it will never play', { ...LIVE, failure: 'No such stream.' }, 'failed', 'No such stream.'],
  ])('%s', (_name, facts, state, message) => {
    expect(describeState(facts)).toMatchObject({ state, message });
  });

  it('says what is wrong with a camera', () => {
    const facts: Facts = { ...STILL, camera: 'offline', cameraError: 'Wrong password.' };
    expect(describeState(facts).detail).toBe('Wrong password.');
  });

  it('never calls a picture live that does not move', () => {
    for (const camera of ['live', 'offline', 'connecting', 'stopped', null] as const) {
      for (const connected of [true, false]) {
        expect(describeState({ ...STILL, camera, connected }).state).not.toBe('live');
      }
    }
  });
});

describe('duration', () => {
  it.each([
    [-1, '0 s'],
    [0.9, '0 s'],
    [89, '89 s'],
    [90, '2 min'],
    [3600, '60 min'],
    [7200, '2 h'],
    [86_400 * 3, '3 d'],
  ])('%d is %s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});
