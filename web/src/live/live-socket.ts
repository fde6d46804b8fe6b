import { Backoff } from './backoff';
import { Channel, type Subscriber, type TrackListener } from './channel';
import { ClockOffset, unixNow } from './clock-offset';
import {
  HEADER_BYTES,
  KIND_CHUNK,
  KIND_INIT,
  parseControl,
  parseHeader,
  type AudioMessage,
  type ErrorMessage,
  type MediaHeader,
  type Report,
  type ServerMessage,
  type StateMessage,
  type StreamMessage,
} from './protocol';

/** What a subscriber of one stream's pictures is told. */
export interface StreamListener extends TrackListener {
  /** The socket opened, or closed and is being opened again. */
  connection(open: boolean): void;
  state(message: StateMessage): void;
  /** A new decoder configuration; its init segment and then its chunks follow. */
  stream(message: StreamMessage): void;
  /** So many chunks were left out because this page did not keep up. */
  skipped(chunks: number): void;
  error(message: ErrorMessage): void;
}

/** What a subscriber of one stream's sound is told. */
export interface SoundListener extends TrackListener {
  /** The sound begins, or has another configuration; its init segment and its chunks follow. */
  audio(message: AudioMessage): void;
}

export interface Subscription {
  report(report: Report): void;
  close(): void;
}

const TICK_MS = 1000;
const OPEN_DEADLINE_MS = 5000;
/** A silent socket is asked for the time, and given up when it does not answer. */
const SILENCE_MS = 4000;
const ANSWER_DEADLINE_MS = 5000;
/** The first exchanges come quickly: the smallest round trip of them counts. */
const CLOCK_BURST_MS = [0, 100, 300, 700, 1500];
const CLOCK_EVERY_MS = 10_000;
/** An element that moves in the page closes and opens again within one task. */
const LINGER_MS = 2000;

/**
 * The WebSocket to one server, shared by all players of a page.
 *
 * It opens with the first subscription, comes back by itself with everything that was subscribed,
 * and closes soon after the last one has gone.
 */
export class LiveSocket {
  readonly clock = new ClockOffset();
  #socket: WebSocket | null = null;
  #open = false;
  #failures = 0;
  #pictures = new Map<string, Channel<StreamListener>>();
  #sounds = new Map<string, Channel<SoundListener>>();
  #byNumber = new Map<number, Channel>();
  #backoff = new Backoff(250, 2000);
  #retry: ReturnType<typeof setTimeout> | null = null;
  #tick: ReturnType<typeof setInterval> | null = null;
  #linger: ReturnType<typeof setTimeout> | null = null;
  #clockTimers: ReturnType<typeof setTimeout>[] = [];
  #openedAt = 0;
  #heardAt = 0;
  #askedAt: number | null = null;
  #clockAt = 0;

  constructor(readonly url: string) {}

  get open(): boolean {
    return this.#open;
  }

  /** How often in a row the socket could not be opened. */
  get failures(): number {
    return this.#failures;
  }

  /** `replaces` is a stream of the same viewer, which is to be sent until this one begins. */
  subscribe(stream: string, listener: StreamListener, replaces: string | null = null): Subscription {
    const channel = this.#pictures.get(stream) ?? new Channel<StreamListener>({ stream });
    this.#pictures.set(stream, channel);
    // Where others of the page watch that one, it goes on.
    const other = replaces === null ? undefined : this.#pictures.get(replaces);
    const subscriber = this.#join(channel, listener, other?.size === 1 ? { replaces } : {});
    return {
      report: (report) => this.#send({ type: 'report', stream, ...report }),
      close: () => {
        this.#leave(this.#pictures, channel, subscriber);
        // Where the server has ended that one it begins again; where it has not, nothing happens.
        if (other && this.#pictures.get(other.request.stream) === other) {
          this.#send({ type: 'subscribe', ...other.request });
        }
      },
    };
  }

  /** Subscribe to the sound of a stream; returns how to end that. */
  listen(stream: string, listener: SoundListener): () => void {
    const channel = this.#sounds.get(stream) ?? new Channel<SoundListener>({ stream, audio: true });
    this.#sounds.set(stream, channel);
    const subscriber = this.#join(channel, listener);
    return () => this.#leave(this.#sounds, channel, subscriber);
  }

  /** Try again at once, for example because the network has come back. */
  wake(): void {
    if (!this.#retry) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#connect();
  }

  #join<Listener extends TrackListener>(
    channel: Channel<Listener>,
    listener: Listener,
    more: { replaces?: string | null } = {},
  ) {
    const joins = channel.size > 0;
    const subscriber = channel.add(listener);
    this.#start();
    if (this.#open) {
      // A second one needs the init segment and the newest media as well.
      if (joins) this.#send({ type: 'unsubscribe', ...channel.request });
      this.#send({ type: 'subscribe', ...channel.request, ...more });
    }
    return subscriber;
  }

  #leave<Listener extends TrackListener>(
    channels: Map<string, Channel<Listener>>,
    channel: Channel<Listener>,
    subscriber: Subscriber<Listener>,
  ): void {
    if (!channel.remove(subscriber) || channel.size > 0) return;
    channels.delete(channel.request.stream);
    if (channel.number !== null) this.#byNumber.delete(channel.number);
    this.#send({ type: 'unsubscribe', ...channel.request });
    if (!this.#isUsed) this.#linger = setTimeout(() => this.#stop(), LINGER_MS);
  }

  get #isUsed(): boolean {
    return this.#pictures.size + this.#sounds.size > 0;
  }

  #start(): void {
    if (this.#linger) clearTimeout(this.#linger);
    this.#linger = null;
    if (this.#socket || this.#retry) return;
    this.#tick = setInterval(() => this.#watch(performance.now()), TICK_MS);
    this.#connect();
  }

  #stop(): void {
    if (this.#tick) clearInterval(this.#tick);
    if (this.#retry) clearTimeout(this.#retry);
    this.#tick = this.#retry = this.#linger = null;
    this.#drop();
  }

  #connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => this.#opened());
    socket.addEventListener('close', () => this.#lost(socket));
    socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) =>
      this.#received(socket, event.data),
    );
    this.#socket = socket;
    this.#openedAt = performance.now();
  }

  #opened(): void {
    this.#open = true;
    this.#heardAt = performance.now();
    // Before the pictures, or the answer would wait behind the first burst of them.
    this.#clockTimers = CLOCK_BURST_MS.map((delay) => setTimeout(() => this.#askClock(), delay));
    this.#askClock();
    for (const channel of this.#pictures.values()) {
      this.#send({ type: 'subscribe', ...channel.request });
      channel.tell((listener) => listener.connection(true));
    }
    for (const { request } of this.#sounds.values()) this.#send({ type: 'subscribe', ...request });
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (!this.#isUsed) return;
    this.#failures += 1;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect();
    }, this.#backoff.next());
    for (const channel of this.#pictures.values()) {
      channel.tell((listener) => listener.connection(false));
    }
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#open = false;
    this.#askedAt = null;
    for (const timer of this.#clockTimers) clearTimeout(timer);
    this.#clockTimers = [];
    this.#byNumber.clear();
    for (const channel of [...this.#pictures.values(), ...this.#sounds.values()]) channel.forget();
    socket?.close();
  }

  #watch(now: number): void {
    if (!this.#open) {
      if (this.#socket && now - this.#openedAt > OPEN_DEADLINE_MS) this.#lost(this.#socket);
      return;
    }
    if (this.#askedAt !== null && this.#heardAt < this.#askedAt) {
      if (now - this.#askedAt > ANSWER_DEADLINE_MS && this.#socket) this.#lost(this.#socket);
    } else if (now - this.#heardAt > SILENCE_MS || now - this.#clockAt > CLOCK_EVERY_MS) {
      this.#askClock();
    }
  }

  #askClock(): void {
    const now = performance.now();
    this.#clockAt = now;
    if (this.#askedAt === null || this.#heardAt >= this.#askedAt) this.#askedAt = now;
    this.#send({ type: 'clock', t0: unixNow() });
  }

  #send(message: object): void {
    // A socket that is being closed by the other side is still ours until it says so.
    const socket = this.#socket;
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  #received(socket: WebSocket, data: string | ArrayBuffer): void {
    if (socket !== this.#socket) return;
    this.#heardAt = performance.now();
    if (typeof data === 'string') {
      const message = parseControl(data);
      if (message) this.#control(message);
    } else if (data.byteLength > HEADER_BYTES) {
      this.#media(parseHeader(data), new Uint8Array(data, HEADER_BYTES));
    }
  }

  #control(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#failures = 0;
        this.#backoff.reset();
        return;
      case 'clock':
        this.clock.add(message.t0, unixNow(), message.server_ms);
        return;
      case 'stream':
        this.#configure(this.#pictures.get(message.stream), message, (listener) =>
          listener.stream(message),
        );
        return;
      case 'audio':
        this.#configure(this.#sounds.get(message.stream), message, (listener) =>
          listener.audio(message),
        );
        return;
      case 'state':
        this.#tell(message.stream, (listener) => listener.state(message));
        return;
      case 'skipped':
        this.#tell(message.stream, (listener) => listener.skipped(message.chunks));
        return;
      case 'error':
        if (message.stream !== null) {
          this.#tell(message.stream, (listener) => listener.error(message));
        }
    }
  }

  #tell(stream: string, event: (listener: StreamListener) => void): void {
    this.#pictures.get(stream)?.tell(event);
  }

  #configure<Listener extends TrackListener>(
    channel: Channel<Listener> | undefined,
    message: StreamMessage | AudioMessage,
    announce: (listener: Listener) => void,
  ): void {
    if (!channel) return;
    if (channel.number !== null) this.#byNumber.delete(channel.number);
    this.#byNumber.set(message.number, channel);
    channel.configure(message, announce);
  }

  #media(header: MediaHeader, payload: Uint8Array): void {
    const channel = this.#byNumber.get(header.stream);
    if (!channel) return;
    if (header.kind === KIND_CHUNK) channel.chunk(header, payload);
    else if (header.kind === KIND_INIT) channel.init(payload);
  }
}

const sockets = new Map<string, LiveSocket>();

/** The page's socket to `server`, an http(s) address that ends in a slash; made when first asked for. */
export function sharedSocket(server: URL): LiveSocket {
  const url = new URL('live', server);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  let socket = sockets.get(url.href);
  if (!socket) {
    socket = new LiveSocket(url.href);
    sockets.set(url.href, socket);
    const wake = socket.wake.bind(socket);
    globalThis.addEventListener?.('online', wake);
    globalThis.document?.addEventListener('visibilitychange', () => {
      if (!document.hidden) wake();
    });
  }
  return socket;
}
