import type { LiveSocket, StreamListener, Subscription } from '../live/live-socket';
import type { MediaHeader, Report, StateMessage, StreamMessage } from '../live/protocol';
import { unknownFacts, type Feed } from './feed';
import type { LiveRenderer } from './renderer';

/** So many failures in a row, and plain requests are tried. */
const FAILURES_MOST = 3;
const DEADLINE_MS = 3000;

/** Feeds one renderer from the page's live socket. */
export class LiveFeed implements Feed, StreamListener {
  readonly facts = unknownFacts();
  #subscription: Subscription | null;
  /** Plain requests were answered after the socket had failed: its next failure is a verdict. */
  #answers = false;

  constructor(
    private readonly socket: LiveSocket,
    private readonly server: URL,
    private readonly streamId: string,
    private readonly renderer: LiveRenderer,
    /** The server answers plain requests, but something between here and there takes no socket. */
    private readonly blocked: () => void,
  ) {
    this.facts.connected = socket.open;
    this.#subscription = socket.subscribe(streamId, this);
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
    this.renderer.configure(message);
  }

  init(payload: Uint8Array): void {
    this.renderer.init(payload);
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    this.renderer.chunk(header, payload);
  }

  skipped(chunks: number): void {
    this.facts.skipped += chunks;
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
