import { describe, expect, it, vi } from 'vitest';
import { LiveSocket, sharedSocket } from '../../src/live/live-socket';
import { ADDRESS, FakeWebSocket, Recorder, withFakeSockets } from '../support/fake-socket';
import { mediaMessage } from '../support/messages';

const CLOCK_BURST = 6;

withFakeSockets();

describe('one socket for all streams', () => {
  it('opens with the first subscription and asks for the time before the pictures', () => {
    const socket = new LiveSocket(ADDRESS);
    expect(FakeWebSocket.made).toHaveLength(0);
    socket.subscribe('door', new Recorder());
    socket.subscribe('yard', new Recorder());
    expect(FakeWebSocket.made).toHaveLength(1);
    expect(FakeWebSocket.last.binaryType).toBe('arraybuffer');
    FakeWebSocket.last.open();
    expect(FakeWebSocket.last.sent.map(({ type }) => type)).toEqual([
      'clock',
      'subscribe',
      'subscribe',
    ]);
  });

  it('sends each stream only its own messages', () => {
    const socket = new LiveSocket(ADDRESS);
    const [door, yard] = [new Recorder(), new Recorder()];
    socket.subscribe('door', door);
    socket.subscribe('yard', yard);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [7, 8]);
    FakeWebSocket.last.play('yard', 2, [3]);
    FakeWebSocket.last.text({ type: 'skipped', stream: 'yard', chunks: 4 });
    FakeWebSocket.last.text({ type: 'state', stream: 'door', state: 'offline' });
    expect(door.take()).toEqual(['open', 'epoch 0', 'init', '#7', '#8', 'offline']);
    expect(yard.take()).toEqual(['open', 'epoch 0', 'init', '#3', 'skipped 4']);
  });

  it('tells a new epoch, and its init segment once', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [7]);
    FakeWebSocket.last.play('door', 1, [8], 1);
    expect(door.take()).toEqual(['open', 'epoch 0', 'init', '#7', 'epoch 1', 'init', '#8']);
  });

  it('gives a second viewer of a stream its burst, and spares the first one what it has seen', () => {
    const socket = new LiveSocket(ADDRESS);
    const [first, second] = [new Recorder(), new Recorder()];
    socket.subscribe('door', first);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [0xfffffffe, 0xffffffff]);
    first.take();
    socket.subscribe('door', second);
    expect(FakeWebSocket.last.subscriptions()).toEqual([
      'subscribe door',
      'unsubscribe door',
      'subscribe door',
    ]);
    FakeWebSocket.last.play('door', 1, [0xfffffffe, 0xffffffff, 0, 1]);
    expect(first.take()).toEqual(['#0', '#1']);
    expect(second.take()).toEqual([
      'epoch 0',
      'init',
      '#4294967294',
      '#4294967295',
      '#0',
      '#1',
    ]);
  });

  it('leaves a stream with its last viewer only, and then hears nothing more of it', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    const [one, two] = [socket.subscribe('door', door), socket.subscribe('door', new Recorder())];
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [1]);
    door.take();
    one.close();
    one.close();
    expect(FakeWebSocket.last.subscriptions()).toEqual(['subscribe door']);
    two.close();
    expect(FakeWebSocket.last.subscriptions()).toEqual(['subscribe door', 'unsubscribe door']);
    FakeWebSocket.last.binary(mediaMessage({ stream: 1, sequence: 2 }));
    expect(door.take()).toEqual([]);
  });

  it('reports what a viewer sees', () => {
    const socket = new LiveSocket(ADDRESS);
    const subscription = socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    const report = { transport: 'mse', latency_p50_ms: 48, latency_p95_ms: 61, stalls: 0, dropped: 2 };
    subscription.report(report);
    expect(FakeWebSocket.last.sent.at(-1)).toEqual({ type: 'report', stream: 'door', ...report });
  });

  it('says nothing into a socket that is being closed', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    FakeWebSocket.last.readyState = 2;
    const { length } = FakeWebSocket.last.sent;
    socket.subscribe('yard', new Recorder()).close();
    expect(FakeWebSocket.last.sent).toHaveLength(length);
  });

  it('tells a viewer what the server refuses', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    FakeWebSocket.last.text({ type: 'error', stream: 'door', code: 'unknown_stream', message: '' });
    FakeWebSocket.last.text({ type: 'error', stream: null, code: 'bad_message', message: '' });
    expect(door.take()).toEqual(['open', 'unknown_stream']);
  });

  it('ignores what it does not know', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    FakeWebSocket.last.text({ type: 'weather' });
    FakeWebSocket.last.text({ type: 'stream', stream: 'nobody', number: 9, epoch: 0 });
    FakeWebSocket.last.binary(new ArrayBuffer(12));
    FakeWebSocket.last.binary(mediaMessage({ stream: 9 }));
    expect(door.take()).toEqual(['open']);
  });
});

describe('coming back', () => {
  it('waits longer each time, and subscribes again to everything', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [5, 6]);
    FakeWebSocket.last.fail();
    expect(door.take().at(-1)).toBe('lost');
    for (const delay of [250, 500, 1000, 2000, 2000]) {
      const { length } = FakeWebSocket.made;
      vi.advanceTimersByTime(delay - 1);
      expect(FakeWebSocket.made).toHaveLength(length);
      vi.advanceTimersByTime(1);
      expect(FakeWebSocket.made).toHaveLength(length + 1);
      FakeWebSocket.last.fail();
    }
    expect(socket.failures).toBe(6);
    vi.advanceTimersByTime(2000);
    door.take();
    FakeWebSocket.last.open();
    expect(FakeWebSocket.last.subscriptions()).toEqual(['subscribe door']);
    expect(socket.failures).toBe(0);
    // Another process may count from anywhere and use the same numbers.
    FakeWebSocket.last.play('door', 1, [0, 1]);
    expect(door.take()).toEqual(['open', 'epoch 0', 'init', '#0', '#1']);
  });

  it('tries at once when it is woken', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    FakeWebSocket.last.fail();
    socket.wake();
    expect(FakeWebSocket.made).toHaveLength(2);
    socket.wake();
    vi.advanceTimersByTime(1000);
    expect(FakeWebSocket.made).toHaveLength(2);
  });

  it('gives up a connection that does not open', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    vi.advanceTimersByTime(7000);
    expect(FakeWebSocket.made.length).toBeGreaterThan(1);
    expect(FakeWebSocket.made[0]?.closed).toBe(true);
  });

  it('gives up a socket that is silent and does not answer', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    vi.advanceTimersByTime(12_000);
    expect(FakeWebSocket.made[0]?.closed).toBe(true);
    expect(door.take()).toContain('lost');
  });

  it('keeps a socket without pictures that answers', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    for (let second = 0; second < 60; second += 1) {
      vi.advanceTimersByTime(1000);
      const asked = FakeWebSocket.last.sent.splice(0).filter(({ type }) => type === 'clock');
      for (const { t0 } of asked) FakeWebSocket.last.text({ type: 'clock', t0, server_ms: 1 });
    }
    expect(FakeWebSocket.made).toHaveLength(1);
  });

  it('asks for the time every ten seconds while pictures come', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    for (let second = 0; second < 60; second += 1) {
      vi.advanceTimersByTime(1000);
      FakeWebSocket.last.binary(mediaMessage({ stream: 1 }));
    }
    const asked = FakeWebSocket.last.sent.filter(({ type }) => type === 'clock').length;
    expect(asked).toBeGreaterThanOrEqual(CLOCK_BURST + 4);
    expect(asked).toBeLessThanOrEqual(CLOCK_BURST + 6);
  });

  it('ignores what an abandoned socket still says', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = new Recorder();
    socket.subscribe('door', door);
    const old = FakeWebSocket.last;
    old.open();
    old.fail();
    vi.advanceTimersByTime(250);
    FakeWebSocket.last.open();
    door.take();
    old.text({ type: 'state', stream: 'door', state: 'offline' });
    old.fail();
    expect(door.take()).toEqual([]);
    expect(socket.open).toBe(true);
  });
});

describe('closing', () => {
  it('lingers, for an element that moves in the page comes back in the same task', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder()).close();
    socket.subscribe('door', new Recorder());
    vi.advanceTimersByTime(4000);
    expect(FakeWebSocket.made).toHaveLength(1);
    expect(FakeWebSocket.last.closed).toBe(false);
  });

  it('closes soon after the last viewer has gone, and leaves no timer', () => {
    const socket = new LiveSocket(ADDRESS);
    const subscription = socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    subscription.close();
    vi.advanceTimersByTime(2000);
    expect(FakeWebSocket.last.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    socket.subscribe('door', new Recorder());
    expect(FakeWebSocket.made).toHaveLength(2);
  });

  it('does not come back when it is lost without viewers', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder()).close();
    FakeWebSocket.last.fail();
    vi.advanceTimersByTime(10_000);
    expect(FakeWebSocket.made).toHaveLength(1);
  });
});

describe('sharedSocket', () => {
  it.each([
    ['http://cam.test/', 'ws://cam.test/live'],
    ['https://cam.test:8443/cameras/', 'wss://cam.test:8443/cameras/live'],
  ])('of %s is %s, once a page', (server, url) => {
    const socket = sharedSocket(new URL(server));
    expect(socket.url).toBe(url);
    expect(sharedSocket(new URL(server))).toBe(socket);
  });
});
