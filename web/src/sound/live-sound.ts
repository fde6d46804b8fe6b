import type { LiveSocket, SoundListener } from '../live/live-socket';
import type { AudioMessage, MediaHeader } from '../live/protocol';
import type { Capture } from '../player/capture-table';
import { Axes } from './axes';
import { CodecDecoder } from './codec-decoder';
import type { Output } from './context';
import type { DecoderEvents, SoundDecoder } from './decoder';
import { FileDecoder } from './file-decoder';
import { Schedule } from './schedule';
import { SoundSteering } from './steering';

/** So many failures of the socket in a row. */
const FAILURES_MOST = 3;

/** A picture that has just been shown. */
export interface ShownPicture {
  /** Presentation time in seconds. */
  mediaTime: number;
  capture: Capture | null;
}

/** How to decode, the least delay first. */
type Way = new (message: AudioMessage, init: Uint8Array, events: DecoderEvents) => SoundDecoder;

/** The sound of one stream, from the page's live socket to the loudspeakers. */
export class LiveSound implements SoundListener {
  #leave: () => void;
  #steering = new SoundSteering();
  #schedule: Schedule;
  #axes = new Axes();
  #message: AudioMessage | null = null;
  #decoder: SoundDecoder | null = null;
  #cameraClock = false;
  #closed = false;

  constructor(
    private readonly socket: LiveSocket,
    private readonly streamId: string,
    output: Output,
    destination: AudioNode,
    /** This browser cannot decode it; told once. */
    private readonly failed: (message: AudioMessage) => void,
  ) {
    this.#schedule = new Schedule(output, destination, this.#steering);
    this.#leave = socket.listen(streamId, this);
  }

  /** How much later than its picture the newest sound is heard, in seconds; null if unknown. */
  get lateness(): number | null {
    return this.#schedule.lateness;
  }

  /** The socket does not open, though pictures come in some other way. */
  get isCutOff(): boolean {
    return this.socket.failures >= FAILURES_MOST;
  }

  /** A picture was shown at `nowMs` of `performance.now()`. */
  picture(nowMs: number, { mediaTime, capture }: ShownPicture): void {
    if (!capture) return;
    const now = nowMs / 1000;
    const { captureMs, arrivedMs, clock } = capture;
    // A playlist does not say whose clock its dates are by: that of the sound, most likely.
    const cameraClock = clock === 'playlist' ? this.#cameraClock : clock === 'camera';
    this.#axes.picture(now, { mediaTime, captureMs, arrivedMs, cameraClock });
    // Pictures of the same stream are on the same axis, as exactly as the server knew.
    const same = capture.stream === this.streamId && !this.#axes.exact;
    const difference = same ? 0 : this.#axes.difference();
    if (difference !== null) this.#steering.picture(now, mediaTime + difference);
  }

  close(): void {
    this.#closed = true;
    this.#leave();
    this.#decoder?.close();
    this.#schedule.stop();
  }

  audio(message: AudioMessage): void {
    this.#message = message;
  }

  init(payload: Uint8Array): void {
    const message = this.#message;
    if (!message) return;
    this.#schedule.stop();
    this.#steering.reset();
    this.#axes = new Axes();
    this.#open(message, payload, ways());
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    const { captureMs, cameraClock } = header;
    this.#cameraClock = cameraClock;
    this.#axes.sound(performance.now() / 1000, {
      mediaTime: header.decodeTime / (this.#message?.timescale ?? 1),
      captureMs,
      arrivedMs: captureMs + header.arrivalMs,
      cameraClock,
    });
    this.#decoder?.decode(header, payload);
  }

  /** Decodes in the first of these ways, and in the next one where this browser cannot. */
  #open(message: AudioMessage, init: Uint8Array, [Decoder, ...others]: readonly Way[]): void {
    this.#decoder?.close();
    this.#decoder = null;
    if (this.#closed) return;
    if (!Decoder) {
      this.close();
      this.failed(message);
      return;
    }
    const failed = () => this.#open(message, init, others);
    try {
      this.#decoder = new Decoder(message, init, {
        decoded: (pcm) => this.#schedule.add(pcm),
        failed,
      });
    } catch {
      // A configuration that this browser does not even understand.
      failed();
    }
  }
}

/** WebCodecs are for secure contexts only; every page can decode files, and a few chunks are one. */
function ways(): Way[] {
  return 'AudioDecoder' in globalThis ? [CodecDecoder, FileDecoder] : [FileDecoder];
}
