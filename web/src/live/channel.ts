import { isAfter, type MediaHeader } from './protocol';

/** What a subscriber of a track is told of its media. */
export interface TrackListener {
  /** The configuration that has just been announced; its chunks follow. */
  init(payload: Uint8Array): void;
  chunk(header: MediaHeader, payload: Uint8Array): void;
}

/** One listener; several may follow the same track. */
export interface Subscriber<Listener extends TrackListener> {
  readonly listener: Listener;
  configuration: string | null;
  initialised: boolean;
  lastSequence: number | null;
}

/**
 * What a page is subscribed to once: the pictures of a stream, or its sound.
 *
 * When another listener joins, the server sends the configuration and the newest media once more;
 * those who have them already are spared that.
 */
export class Channel<Listener extends TrackListener = TrackListener> {
  /** What the server calls the media of this channel; null until it has said so. */
  number: number | null = null;
  #subscribers = new Set<Subscriber<Listener>>();

  constructor(
    /** The members of `subscribe` and `unsubscribe`. */
    readonly request: Readonly<{ stream: string; audio?: true }>,
  ) {}

  get size(): number {
    return this.#subscribers.size;
  }

  add(listener: Listener): Subscriber<Listener> {
    const subscriber = { listener, configuration: null, initialised: false, lastSequence: null };
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** False if it had left already. */
  remove(subscriber: Subscriber<Listener>): boolean {
    return this.#subscribers.delete(subscriber);
  }

  tell(event: (listener: Listener) => void): void {
    for (const { listener } of this.#subscribers) event(listener);
  }

  /** A decoder configuration was announced; `announce` tells those who do not have it yet. */
  configure(message: { number: number; epoch: number }, announce: (listener: Listener) => void): void {
    this.number = message.number;
    const configuration = `${message.number}/${message.epoch}`;
    for (const subscriber of this.#subscribers) {
      if (subscriber.configuration === configuration) continue;
      subscriber.configuration = configuration;
      subscriber.initialised = false;
      subscriber.lastSequence = null;
      announce(subscriber.listener);
    }
  }

  init(payload: Uint8Array): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.initialised) continue;
      subscriber.initialised = true;
      subscriber.listener.init(payload);
    }
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    for (const subscriber of this.#subscribers) {
      const { lastSequence } = subscriber;
      if (lastSequence !== null && !isAfter(header.sequence, lastSequence)) continue;
      subscriber.lastSequence = header.sequence;
      subscriber.listener.chunk(header, payload);
    }
  }

  /** The next socket may lead to another process with other numbers. */
  forget(): void {
    this.number = null;
    for (const subscriber of this.#subscribers) {
      subscriber.configuration = null;
      subscriber.lastSequence = null;
    }
  }
}
