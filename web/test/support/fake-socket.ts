import { afterEach, beforeEach, vi } from 'vitest';
import type { SoundListener, StreamListener } from '../../src/live/live-socket';
import type { MediaHeader } from '../../src/live/protocol';
import { mediaMessage } from './messages';

export const ADDRESS = 'ws://cam.test/live';

/** The server's side of a WebSocket that exists only here. */
export class FakeWebSocket extends EventTarget {
  static made: FakeWebSocket[] = [];
  static get last(): FakeWebSocket {
    const last = FakeWebSocket.made.at(-1);
    if (!last) throw new Error('No socket has been opened.');
    return last;
  }
  static readonly OPEN = 1;
  binaryType = 'blob';
  readyState = 0;
  closed = false;
  sent: {
    type: string;
    stream?: string;
    audio?: boolean;
    replaces?: string;
    t0?: number;
  }[] = [];

  constructor(readonly url: string) {
    super();
    FakeWebSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.dispatchEvent(new Event('open'));
    this.text({ type: 'hello', version: 1 });
  }
  fail(): void {
    this.dispatchEvent(new Event('close'));
  }
  text(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  binary(data: ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  /** What the server says after `subscribe`: a stream, its init segment, and some chunks. */
  play(stream: string, number: number, sequences: number[], epoch = 0): void {
    this.text({ type: 'stream', stream, number, epoch, codec: 'avc1.42c01f', timescale: 90_000 });
    this.binary(mediaMessage({ kind: 1, stream: number, epoch }, new Uint8Array([105])));
    for (const sequence of sequences) this.binary(mediaMessage({ stream: number, sequence }));
  }
  /** The same for `subscribe` with `audio`. */
  sound(stream: string, number: number, sequences: number[]): void {
    this.text({ type: 'audio', stream, number, epoch: 0, codec: 'opus', timescale: 90_000 });
    this.binary(mediaMessage({ kind: 1, stream: number }, new Uint8Array([105])));
    for (const sequence of sequences) this.binary(mediaMessage({ stream: number, sequence }));
  }
  subscriptions(): string[] {
    return this.sent
      .filter(({ type }) => type.endsWith('subscribe'))
      .map(({ type, stream, audio, replaces }) =>
        [type, stream, ...(audio ? ['sound'] : []), ...(replaces ? ['for', replaces] : [])].join(' '),
      );
  }
}

/** Writes down what the viewer of a stream is told. */
export class Recorder implements StreamListener {
  log: string[] = [];
  connection(open: boolean): void {
    this.log.push(open ? 'open' : 'lost');
  }
  state(message: { state: string }): void {
    this.log.push(message.state);
  }
  stream(message: { epoch: number }): void {
    this.log.push(`epoch ${message.epoch}`);
  }
  init(): void {
    this.log.push('init');
  }
  chunk(header: MediaHeader): void {
    this.log.push(`#${header.sequence}`);
  }
  skipped(chunks: number): void {
    this.log.push(`skipped ${chunks}`);
  }
  error(message: { code: string }): void {
    this.log.push(message.code);
  }
  take(): string[] {
    return this.log.splice(0);
  }
}

/** Writes down what the listener of a stream's sound is told. */
export class Ear implements SoundListener {
  log: string[] = [];
  audio(message: { codec: string }): void {
    this.log.push(message.codec);
  }
  init(): void {
    this.log.push('init');
  }
  chunk(header: MediaHeader): void {
    this.log.push(`#${header.sequence}`);
  }
  take(): string[] {
    return this.log.splice(0);
  }
}

/** All sockets of the tests of a file are such, and time passes only when it is told to. */
export function withFakeSockets(): void {
  beforeEach(() => {
    FakeWebSocket.made = [];
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
}
