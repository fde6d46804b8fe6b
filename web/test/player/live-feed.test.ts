import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSocket } from '../../src/live/live-socket';
import { LiveFeed, type MediaTaker } from '../../src/player/live-feed';

const blocked = vi.fn<() => void>();
const subscribe = vi.fn<LiveSocket['subscribe']>();
const close = vi.fn<() => void>();
const taker = {
  configure: vi.fn<MediaTaker['configure']>(),
  init: vi.fn<MediaTaker['init']>(),
  chunk: vi.fn<MediaTaker['chunk']>(),
  skipped: vi.fn<MediaTaker['skipped']>(),
};
const socket = { failures: 0, open: false, subscribe, wake: vi.fn<() => void>() };

let feed: LiveFeed;

/** The socket fails for the `failures`th time in a row; what follows in the background is done. */
async function fail(failures: number): Promise<void> {
  socket.failures = failures;
  feed.connection(false);
  await vi.waitFor(() => {});
}

beforeEach(() => {
  vi.resetAllMocks();
  subscribe.mockReturnValue({ report: () => {}, close });
  feed = new LiveFeed(
    socket as unknown as LiveSocket,
    new URL('http://cam.test/'),
    'door',
    taker,
    blocked,
  );
});

afterEach(() => vi.unstubAllGlobals());

describe('a socket that does not open', () => {
  it('is given up when the server answers plain requests, and yet takes no socket', async () => {
    vi.stubGlobal('fetch', async () => new Response('{}'));
    for (const failures of [1, 2, 3]) await fail(failures);
    expect(blocked).not.toHaveBeenCalled();
    await fail(4);
    expect(blocked).toHaveBeenCalledOnce();
  });

  it('is tried for ever while the server answers nothing', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    for (let failures = 1; failures < 20; failures += 1) await fail(failures);
    expect(blocked).not.toHaveBeenCalled();
    expect(feed.facts.connected).toBe(false);
  });

  it('is not given up once it opens', async () => {
    vi.stubGlobal('fetch', async () => new Response('{}'));
    await fail(3);
    feed.connection(true);
    expect(feed.facts.connected).toBe(true);
    await fail(1);
    expect(blocked).not.toHaveBeenCalled();
  });
});

describe('what the server says', () => {
  it('is kept as facts', () => {
    feed.state({
      type: 'state',
      stream: 'door',
      state: 'offline',
      since_s: 12,
      reason: 'refused',
      error: 'Nothing listens.',
    });
    feed.skipped(4);
    feed.skipped(3);
    expect(feed.facts).toMatchObject({ camera: 'offline', cameraError: 'Nothing listens.', skipped: 7 });
    expect(taker.skipped).toHaveBeenCalledTimes(2);
    expect(performance.now() - feed.facts.cameraSince).toBeGreaterThanOrEqual(12_000);
  });

  it('tells what else the stream can be had as, before anybody may refuse it', () => {
    const low = { quality: 'low', made: 'camera', width: 640, height: 360 } as const;
    taker.configure.mockImplementation(() => {
      expect(feed.facts).toMatchObject({ offers: [low], size: { width: 1280, height: 720 } });
    });
    feed.stream({
      type: 'stream',
      stream: 'door',
      number: 1,
      epoch: 0,
      codec: 'avc1.42c01f',
      width: 1280,
      height: 720,
      timescale: 90_000,
      fps: null,
      audio: null,
      qualities: [low],
    });
    expect(taker.configure).toHaveBeenCalledOnce();
  });

  it('counts as a failure when the stream is unknown, until it is known', () => {
    feed.error({ message: 'There is no stream called "door".' });
    expect(feed.facts.failure).toContain('no stream');
    feed.state({ type: 'state', stream: 'door', state: 'live', since_s: 0, reason: null, error: null });
    expect(feed.facts.failure).toBeNull();
  });
});

describe('a pause', () => {
  it('leaves the stream, and comes back to it once', () => {
    feed.pause();
    feed.pause();
    expect(close).toHaveBeenCalledOnce();
    feed.resume();
    feed.resume();
    expect(subscribe).toHaveBeenCalledTimes(2);
  });
});
