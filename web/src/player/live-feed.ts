import type { LiveSocket, StreamListener, Subscription } from '../live/live-socket';
import type { MediaHeader, Report, StateMessage, StreamMessage } from '../live/protocol';
import { unknownFacts, type Feed } from './feed';

/** So many failures in a row, and plain requests are tried. */
const FAILURES_MOST = 3;
const DEADLINE_MS = 3000;

/** Takes the media of one stream as it comes. */
export interface MediaTaker {
  configure(message: StreamMessage): void;
  init(payload: Uint8Array): void;
  chunk(header: MediaHeader, payload: Uint8Array): void;
  /** The server has left something out, for this page did not keep up. */
  skipped(): void;
}

/** Brings one stream from the page's live socket. */
export class LiveFeed implements Feed, StreamListener {
  readonly facts = unknownFacts();
  #subscription: Subscription | null;
  /** Plain requests were answered after the socket had failed: its next failure is a verdict. */
  #answers = false;

  constructor(
    private readonly socket: LiveSocket,
    private readonly server: URL,
    private readonly streamId: string,
    private readonly taker: MediaTaker,
    /** The server answers plain requests, but something between here and there takes no socket. */
    private readonly blocked: () => void,
    /** The stream that is watched until this one begins. */
    replaces: string | null = null,
  ) {
    this.facts.connected = socket.open;
    this.#subscription = socket.subscribe(streamId, this, replaces);
  }

  get clock() {
    return this.socket.clock;
  }

  report(report: Report): void {
    this.#subscription?.report(report);
  }

  pause(): void {
    this.#subscription?.close();
    this.#subscription = null;
  }

  resume(): void {
    this.#subscription ??= this.socket.subscribe(this.streamId, this);
    this.socket.wake();
  }

  close(): void {
    this.pause();
  }

  connection(open: boolean): void {
    this.facts.connected = open;
    if (open) this.#answers = false;
    else if (this.#answers) this.blocked();
    else if (this.socket.failures >= FAILURES_MOST) void this.#askPlainly();
  }

  state(message: StateMessage): void {
    this.facts.camera = message.state;
    this.facts.cameraSince = performance.now() - message.since_s * 1000;
    this.facts.cameraError = message.error;
    this.facts.failure = null;
  }

  stream(message: StreamMessage): void {
    this.facts.offers = message.qualities ?? [];
    this.facts.size = { width: message.width, height: message.height };
    this.taker.configure(message);
  }

  init(payload: Uint8Array): void {
    this.taker.init(payload);
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    this.taker.chunk(header, payload);
  }

  skipped(chunks: number): void {
    this.facts.skipped += chunks;
    this.taker.skipped();
  }

  error(message: { message: string }): void {
    this.facts.failure = message.message;
  }

  async #askPlainly(): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await fetch(new URL('api/clock', this.server), { cache: 'no-store', signal });
      this.#answers = response.ok;
    } catch {
      this.#answers = false;
    }
  }
}
