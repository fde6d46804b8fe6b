import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeedFacts } from '../../src/player/feed';
import { unknownFacts } from '../../src/player/feed';
import type { Line, LineEvents, Route } from '../../src/player/line';
import { Playback } from '../../src/player/playback';
import type { Refusal } from '../../src/player/quality';
import type { Picture } from '../../src/player/renderer';

/** A line that does what a test says. */
class FakeLine {
  static made: FakeLine[] = [];
  facts: FeedFacts = { ...unknownFacts(), connected: true, camera: 'live' };
  fed = true;
  shows = false;
  covered = false;
  closed = false;

  constructor(
    readonly route: Route,
    _stage: HTMLElement,
    readonly events: LineEvents,
  ) {
    FakeLine.made.push(this);
  }
  get sounds(): boolean {
    return this.route.sounds;
  }
  get self(): Line {
    return this as unknown as Line;
  }
  cover(): void {
    this.covered = true;
  }
  reveal(): void {
    this.covered = false;
  }
  starve(): void {
    this.fed = false;
  }
  pause(): void {}
  resume(): void {}
  close(): void {
    this.closed = true;
    this.fed = false;
  }
  /** Presents a picture that was taken at `captureMs`, at `presentedMs`. */
  show(captureMs: number, presentedMs = captureMs + 50): void {
    this.shows = true;
    this.events.presented(this.self, {
      capture: { captureMs, clock: 'camera' },
      presentedMs,
    } as Picture);
  }
  fail(reason: 'unsupported' | 'broken'): void {
    this.events.failed(this.self, reason, 'It does not play.');
  }
}

vi.mock('../../src/player/line', () => ({
  // A function, for an arrow makes no objects.
  Line: function makes(route: Route, stage: HTMLElement, events: LineEvents) {
    return new FakeLine(route, stage, events);
  },
}));

const presented = vi.fn<(picture: Picture) => void>();
const refused = vi.fn<(refusal: Refusal) => void>();
const instead = vi.fn<(stream: string, facts: Readonly<FeedFacts>) => string | null>();
let playback: Playback;
let wantsSound = false;

/** The line that was made as the `at`th one. */
function line(at: number): FakeLine {
  const made = FakeLine.made[at];
  if (!made) throw new Error(`There is no line ${at}.`);
  return made;
}

function streams(): string[] {
  return FakeLine.made.map(({ route }) =>
    route.replaces === null ? route.stream : `${route.stream} for ${route.replaces}`,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  for (const name of ['WebSocket', 'VideoDecoder', 'MediaSource']) vi.stubGlobal(name, Object);
  vi.stubGlobal('document', { createElement: () => ({ canPlayType: () => '' }), hidden: false });
  FakeLine.made = [];
  wantsSound = false;
  playback = new Playback({
    server: new URL('http://cam.test/'),
    stream: 'door',
    transport: 'auto',
    stage: {} as HTMLElement,
    presented,
    refused,
    instead,
    sounds: () => wantsSound,
  });
});

afterEach(() => {
  playback.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetAllMocks();
});

describe('sound that only a playlist can bring', () => {
  it('comes with pictures beside those that play, once', () => {
    line(0).show(1000);
    expect(line(0).route.sounds).toBe(false);
    wantsSound = true;
    playback.hear();
    expect(line(1).route).toMatchObject({ stream: 'door', sounds: true });
    expect(line(0).fed).toBe(true);
    line(1).show(1100);
    expect(line(0).closed).toBe(true);
    playback.hear();
    expect(FakeLine.made).toHaveLength(2);
  });
});

describe('another stream', () => {
  beforeEach(() => {
    line(0).show(1000);
    playback.play('door~low');
  });

  it('comes beside the one that plays, which goes on', () => {
    expect(streams()).toEqual(['door', 'door~low for door']);
    expect(line(1)).toMatchObject({ covered: true });
    expect(line(1).route.transport).toBe(line(0).route.transport);
    line(0).show(1040);
    expect(presented).toHaveBeenCalledTimes(2);
    expect(playback.line).toBe(line(0));
    expect(line(0)).toMatchObject({ fed: true, closed: false });
  });

  it('is on the screen with its first picture that is not older', () => {
    line(0).show(1100);
    line(1).show(1060, 1155);
    expect(playback.line).toBe(line(0));
    line(1).show(1100, 1160);
    expect(playback.line).toBe(line(1));
    expect(line(0).closed).toBe(true);
    expect(line(1).covered).toBe(false);
    expect(presented).toHaveBeenCalledTimes(3);
  });

  it('may be older where the one before stands still', () => {
    line(0).show(1100, 1150);
    line(1).show(1000, 1400);
    expect(playback.line).toBe(line(1));
  });

  it('that fails leaves the one that plays', () => {
    line(1).fail('broken');
    expect(refused).toHaveBeenCalledExactlyOnceWith({ stream: 'door~low', plays: true, why: null });
    expect(line(1).closed).toBe(true);
    expect(line(0)).toMatchObject({ fed: true, closed: false });
    expect(playback.stream).toBe('door');
    expect(streams()).toHaveLength(2);
  });

  it('that cannot be had, or does not come in time, leaves the one that plays', () => {
    const now = performance.now();
    playback.watch(now + 19_000, true);
    expect(refused).not.toHaveBeenCalled();
    line(1).facts.camera = 'offline';
    line(1).facts.cameraError = 'The server is busy.';
    playback.watch(now + 19_100, true);
    const why = 'The server is busy.';
    expect(refused).toHaveBeenCalledExactlyOnceWith({ stream: 'door~low', plays: true, why });
    playback.play('door~low');
    playback.watch(performance.now() + 20_100, true);
    expect(refused).toHaveBeenCalledTimes(2);
    expect(playback.line).toBe(line(0));
  });

  it('is left for a third one', () => {
    playback.play('door~medium');
    expect(line(1).closed).toBe(true);
    expect(streams()).toEqual(['door', 'door~low for door', 'door~medium for door']);
  });

  it('is left without more ado for the one that plays', () => {
    playback.play('door');
    expect(line(1).closed).toBe(true);
    expect(streams()).toHaveLength(2);
    expect(playback.line).toBe(line(0));
  });

  it('is set up anew once it plays and fails', () => {
    line(1).show(1100);
    line(1).fail('broken');
    vi.advanceTimersByTime(1000);
    expect(streams().slice(2)).toEqual(['door~low']);
  });
});

describe('a stream of which nothing is to be seen', () => {
  it('is left at once', () => {
    playback.play('door~low');
    expect(line(0).fed).toBe(false);
    expect(streams()).toEqual(['door', 'door~low']);
  });

  it('is also one that has gone offline, whose last picture stays', () => {
    line(0).show(1000);
    line(0).facts.camera = 'offline';
    playback.play('door~low');
    expect(line(0)).toMatchObject({ fed: false, closed: false });
    expect(streams()).toEqual(['door', 'door~low']);
  });
});

describe('what this browser does not play', () => {
  it('is asked for in another codec, before it is asked for by playlist', () => {
    instead.mockReturnValue('door~h264');
    line(0).fail('unsupported');
    vi.advanceTimersByTime(0);
    expect(instead).not.toHaveBeenCalled();
    line(1).fail('unsupported');
    vi.advanceTimersByTime(0);
    expect(FakeLine.made.map(({ route }) => `${route.stream} ${route.transport}`)).toEqual([
      'door webcodecs',
      'door mse',
      'door~h264 webcodecs',
    ]);
    expect(playback.facts.failure).toBeNull();
  });

  it('is said where there is nothing else, and looked at again', () => {
    instead.mockReturnValue(null);
    for (let at = 0; at < 4; at += 1) {
      line(at).fail('unsupported');
      vi.advanceTimersByTime(0);
    }
    expect(playback.facts.failure).toBe('It does not play.');
    vi.advanceTimersByTime(15_000);
    expect(streams()).toHaveLength(5);
    expect(playback.facts.failure).toBe('It does not play.');
    line(4).show(2000);
    expect(playback.facts.failure).toBeNull();
  });

  it('can be tried without giving up what plays', () => {
    line(0).show(1000);
    playback.play('door~low', true);
    expect(streams()).toEqual(['door', 'door~low']);
    line(1).fail('unsupported');
    expect(refused).toHaveBeenCalledExactlyOnceWith({ stream: 'door~low', plays: false, why: null });
    expect(playback.line).toBe(line(0));
  });
});
