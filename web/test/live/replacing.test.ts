import { describe, expect, it } from 'vitest';
import { LiveSocket } from '../../src/live/live-socket';
import { ADDRESS, FakeWebSocket, Recorder, withFakeSockets } from '../support/fake-socket';
import { mediaMessage } from '../support/messages';

withFakeSockets();

describe('a stream that replaces another', () => {
  function replacing(): { old: Recorder; close: () => void } {
    const socket = new LiveSocket(ADDRESS);
    const old = new Recorder();
    socket.subscribe('door', old);
    FakeWebSocket.last.open();
    FakeWebSocket.last.play('door', 1, [7]);
    return { old, close: socket.subscribe('door~low', new Recorder(), 'door').close };
  }

  it('is asked for as such, and the other is heard of until it is closed', () => {
    const { old } = replacing();
    FakeWebSocket.last.play('door~low', 2, [1]);
    FakeWebSocket.last.binary(mediaMessage({ stream: 1, sequence: 8 }));
    expect(FakeWebSocket.last.subscriptions()).toEqual([
      'subscribe door',
      'subscribe door~low for door',
    ]);
    expect(old.take()).toEqual(['open', 'epoch 0', 'init', '#7', '#8']);
  });

  it('gives way to the other again, wherever the server is with it', () => {
    replacing().close();
    expect(FakeWebSocket.last.subscriptions().slice(2)).toEqual([
      'unsubscribe door~low',
      'subscribe door',
    ]);
  });

  it('is left without a word when the other one has been left before', () => {
    const socket = new LiveSocket(ADDRESS);
    const door = socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    const low = socket.subscribe('door~low', new Recorder(), 'door');
    door.close();
    socket.subscribe('door', new Recorder(), 'door~low');
    low.close();
    expect(FakeWebSocket.last.subscriptions().slice(2)).toEqual([
      'unsubscribe door',
      'subscribe door for door~low',
      'unsubscribe door~low',
    ]);
  });

  it('does not end the other for those who go on watching it', () => {
    const socket = new LiveSocket(ADDRESS);
    socket.subscribe('door', new Recorder());
    socket.subscribe('door', new Recorder());
    FakeWebSocket.last.open();
    socket.subscribe('door~low', new Recorder(), 'door');
    expect(FakeWebSocket.last.subscriptions().at(-1)).toBe('subscribe door~low');
  });
});
