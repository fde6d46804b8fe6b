import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SoundListener } from '../../src/live/live-socket';
import type { Renderer } from '../../src/player/renderer';
import { PlayerSound } from '../../src/sound/player-sound';

const leave = vi.fn<() => void>();
const listen = vi.fn<(stream: string, listener: SoundListener) => () => void>();
const socket = { failures: 0, listen };

vi.mock('../../src/live/live-socket', () => ({ sharedSocket: () => socket }));

/** The one of the page: it stays, as the real one does. */
const context = {
  state: 'suspended',
  allowed: true,
  gain: { value: 1 },
  resume: vi.fn<() => Promise<void>>(),
  suspend: vi.fn<() => Promise<void>>(),
};

class FakeAudioContext {
  destination = {};
  get state() {
    return context.state;
  }
  resume() {
    return context.resume();
  }
  suspend() {
    return context.suspend();
  }
  createGain() {
    return { gain: context.gain, connect: () => {} };
  }
}

const changed = vi.fn<() => void>();
const refused = vi.fn<(message: string) => void>();
const cutOff = vi.fn<() => void>();
const picture = { mediaTime: 1, capture: null };
const live = { transport: 'mse' } as Renderer;
let sound: PlayerSound;

beforeEach(() => {
  vi.resetAllMocks();
  vi.useFakeTimers();
  vi.stubGlobal('AudioContext', FakeAudioContext);
  listen.mockReturnValue(leave);
  socket.failures = 0;
  context.state = 'suspended';
  context.allowed = true;
  context.resume.mockImplementation(() => {
    if (!context.allowed) return new Promise(() => {});
    context.state = 'running';
    return Promise.resolve();
  });
  context.suspend.mockImplementation(async () => {
    context.state = 'suspended';
  });
  sound = new PlayerSound({ changed, refused, cutOff });
  sound.start(new URL('http://cam.test/'), 'door');
  sound.picture(0, picture, live);
});

afterEach(() => {
  sound.muted = true;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a muted player', () => {
  it('asks for no sound, and for no loudspeaker', () => {
    sound.picture(33, picture, live);
    sound.volume = 0.5;
    expect(sound.muted).toBe(true);
    expect(listen).not.toHaveBeenCalled();
    expect(context.resume).not.toHaveBeenCalled();
    expect(sound.latenessMs).toBeNull();
  });
});

describe('a player that may sound', () => {
  it('asks for the sound of its stream, in the very call of the click', () => {
    sound.muted = false;
    expect(context.resume).toHaveBeenCalledOnce();
    expect(listen).toHaveBeenCalledOnce();
    expect(listen.mock.calls[0]?.[0]).toBe('door');
    expect(changed).toHaveBeenCalledOnce();
  });

  it('leaves it when it is muted, not watched, or gone', () => {
    sound.muted = false;
    sound.pause();
    expect(leave).toHaveBeenCalledTimes(1);
    sound.resume();
    expect(listen).toHaveBeenCalledTimes(2);
    sound.stop();
    expect(leave).toHaveBeenCalledTimes(2);
    expect(context.suspend).toHaveBeenCalledTimes(2);
    sound.start(new URL('http://cam.test/'), 'yard');
    sound.picture(0, picture, live);
    expect(listen.mock.calls.at(-1)?.[0]).toBe('yard');
    sound.muted = true;
    expect(leave).toHaveBeenCalledTimes(3);
    expect(context.state).toBe('suspended');
  });

  it('keeps its sound when the renderer is another one', () => {
    sound.muted = false;
    sound.picture(33, picture, { transport: 'webcodecs' } as Renderer);
    expect(listen).toHaveBeenCalledOnce();
    expect(leave).not.toHaveBeenCalled();
  });

  it('has a volume like a media element', () => {
    sound.tap();
    sound.volume = 0.25;
    expect(context.gain.value).toBe(0.25);
    expect(changed).toHaveBeenCalledOnce();
    expect(() => (sound.volume = 1.1)).toThrow('not between 0 and 1');
    expect(() => (sound.volume = Number.NaN)).toThrow('not between 0 and 1');
    expect(sound.volume).toBe(0.25);
  });
});

describe('a player that may not', () => {
  it('is muted again, and says what it takes', async () => {
    context.allowed = false;
    sound.muted = false;
    await vi.advanceTimersByTimeAsync(1600);
    expect(sound.muted).toBe(true);
    expect(leave).toHaveBeenCalledOnce();
    expect(refused).toHaveBeenCalledWith(expect.stringContaining('after a click'));
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('wants the sound of the playlist where no socket opens', () => {
    sound.muted = false;
    expect(sound.fromPlaylist).toBe(false);
    socket.failures = 3;
    sound.picture(33, picture, live);
    sound.picture(66, picture, live);
    expect(cutOff).toHaveBeenCalledOnce();
    expect(leave).toHaveBeenCalledOnce();
    expect(sound.fromPlaylist).toBe(true);
    sound.muted = true;
    expect(sound.fromPlaylist).toBe(false);
  });
});

describe('a browser that plays playlists by itself', () => {
  function element(obeys: boolean) {
    const video = { muted: true, volume: 1, paused: false, play: vi.fn(async () => {}) };
    let isMuted = true;
    Object.defineProperty(video, 'muted', {
      get: () => isMuted,
      set: (value: boolean) => {
        isMuted = value;
        if (!value && !obeys) video.paused = true;
      },
    });
    return video;
  }

  it('has the sound in the video element', () => {
    const video = element(true);
    sound.picture(0, picture, { transport: 'llhls', sounds: true, video } as unknown as Renderer);
    sound.volume = 0.5;
    sound.muted = false;
    expect(video).toMatchObject({ muted: false, volume: 0.5 });
    expect(listen).not.toHaveBeenCalled();
  });

  it('goes on playing where it may not sound', () => {
    const video = element(false);
    sound.picture(0, picture, { transport: 'hls', sounds: true, video } as unknown as Renderer);
    sound.muted = false;
    expect(video.muted).toBe(true);
    expect(video.play).toHaveBeenCalled();
    expect(sound.muted).toBe(true);
    expect(refused).toHaveBeenCalledOnce();
  });
});
