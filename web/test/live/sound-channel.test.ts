import { describe, expect, it, vi } from 'vitest';
import { LiveSocket } from '../../src/live/live-socket';
import { ADDRESS, Ear, FakeWebSocket, Recorder, withFakeSockets } from '../support/fake-socket';
import { mediaMessage } from '../support/messages';

withFakeSockets();

describe('the sound of a stream', () => {
  it('is asked for on its own, and does not mix with the pictures', () => {
    const socket = new LiveSocket(ADDRESS);
    const [door, ear] = [new Recorder(), new Ear()];
    socket.subscribe('door', door);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [7]);
    door.take();
    const leave = socket.listen('door', ear);
    FakeWebSocket.last.sound('door', 0x8001, [3, 4]);
    FakeWebSocket.last.binary(mediaMessage({ stream: 1, sequence: 8 }));
    expect(ear.take()).toEqual(['opus', 'init', '#3', '#4']);
    expect(door.take()).toEqual(['#8']);
    leave();
    FakeWebSocket.last.binary(mediaMessage({ stream: 0x8001, sequence: 5 }));
    expect(ear.take()).toEqual([]);
    expect(FakeWebSocket.last.subscriptions()).toEqual([
      'subscribe door',
      'subscribe door sound',
      'unsubscribe door sound',
    ]);
  });

  it('comes back with the socket, and keeps it open by itself', () => {
    const socket = new LiveSocket(ADDRESS);
    const ear = new Ear();
    const leave = socket.listen('door', ear);
    FakeWebSocket.last.open();
    FakeWebSocket.last.sound('door', 0x8001, [900]);
    FakeWebSocket.last.fail();
    vi.advanceTimersByTime(250);
    FakeWebSocket.last.open();
    FakeWebSocket.last.sound('door', 0x8001, [0]);
    expect(ear.take()).toEqual(['opus', 'init', '#900', 'opus', 'init', '#0']);
    expect(FakeWebSocket.last.subscriptions()).toEqual(['subscribe door sound']);
    leave();
    vi.advanceTimersByTime(2000);
    expect(FakeWebSocket.last.closed).toBe(true);
  });

  it('goes to two listeners by one subscription', () => {
    const socket = new LiveSocket(ADDRESS);
    const [first, second] = [new Ear(), new Ear()];
    const leave = socket.listen('door', first);
    FakeWebSocket.last.open();
    FakeWebSocket.last.sound('door', 0x8001, [3]);
    socket.listen('door', second);
    FakeWebSocket.last.sound('door', 0x8001, [3, 4]);
    expect(first.take()).toEqual(['opus', 'init', '#3', '#4']);
    expect(second.take()).toEqual(['opus', 'init', '#3', '#4']);
    leave();
    expect(FakeWebSocket.last.subscriptions()).toEqual([
      'subscribe door sound',
      'unsubscribe door sound',
      'subscribe door sound',
    ]);
  });
});
