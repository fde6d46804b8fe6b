import type { AudioMessage, MediaHeader } from '../live/protocol';
import type { DecoderEvents, SoundDecoder } from './decoder';
import type { Pcm } from './pcm';

/** What a decoder has to have heard before what it decodes is right: AAC overlaps, Opus predicts. */
const BEFORE: Readonly<Record<string, number>> = { mp4a: 2, opus: 4 };
/** More than this is too late to be heard. */
const WAITING_MOST = 50;
const ERRORS_MOST = 3;

interface Waiting {
  /** Both in seconds. */
  start: number;
  duration: number;
  payload: Uint8Array;
}

/**
 * Decodes sound where there is no WebCodecs, as on a page without https: the init segment and some
 * chunks behind it are a file, and any page may decode files.
 *
 * Each file begins with chunks that were heard before, and only what comes after them counts. What
 * comes while one is being decoded goes into the next, so a slow machine decodes larger ones.
 */
export class FileDecoder implements SoundDecoder {
  #context: OfflineAudioContext;
  #before: number;
  #known: Waiting[] = [];
  #waiting: Waiting[] = [];
  #busy = false;
  #errors = 0;
  #closed = false;

  constructor(
    private readonly message: AudioMessage,
    private readonly init: Uint8Array,
    private readonly events: DecoderEvents,
  ) {
    this.#before = BEFORE[message.codec.split('.', 1)[0] ?? ''] ?? 0;
    // Of the rate of the sound, so that nothing is resampled at the ends of a file.
    this.#context = new OfflineAudioContext(message.channels, 1, message.sample_rate);
  }

  decode(header: MediaHeader, payload: Uint8Array): void {
    if (header.gap) {
      this.#known = [];
      this.#waiting = [];
    }
    if (this.#waiting.length >= WAITING_MOST) this.#waiting.shift();
    const { timescale } = this.message;
    const start = header.decodeTime / timescale;
    this.#waiting.push({ start, duration: header.duration / timescale, payload });
    if (!this.#busy) void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) await this.#decodeWaiting();
    this.#busy = false;
  }

  async #decodeWaiting(): Promise<void> {
    const fresh = this.#waiting;
    this.#waiting = [];
    const all = [...this.#known, ...fresh];
    this.#known = all.slice(-this.#before);
    try {
      const decoded = await this.#context.decodeAudioData(joined([this.init, ...all.map(payloadOf)]));
      this.#errors = 0;
      const pcm = tailOf(decoded, fresh);
      if (!this.#closed && pcm) this.events.decoded(pcm);
    } catch {
      this.#known = [];
      this.#errors += 1;
      if (this.#errors > ERRORS_MOST && !this.#closed) this.events.failed();
    }
  }
}

/** What belongs to the fresh ones: the end of it all, whatever a decoder leaves out at the beginning. */
function tailOf(decoded: AudioBuffer, fresh: readonly Waiting[]): Pcm | null {
  const [first] = fresh;
  if (!first) return null;
  const seconds = fresh.reduce((sum, { duration }) => sum + duration, 0);
  const from = Math.max(0, decoded.length - Math.round(seconds * decoded.sampleRate));
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, at) =>
    decoded.getChannelData(at).slice(from),
  );
  return { start: first.start, sampleRate: decoded.sampleRate, channels };
}

function payloadOf({ payload }: Waiting): Uint8Array {
  return payload;
}

function joined(pieces: readonly Uint8Array[]): ArrayBuffer {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes.buffer;
}
