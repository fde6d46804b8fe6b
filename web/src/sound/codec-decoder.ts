import type { AudioMessage, MediaHeader } from '../live/protocol';
import { audioSpecificConfig, sampleOf } from '../media/bmff';
import type { DecoderEvents, SoundDecoder } from './decoder';
import type { Pcm } from './pcm';

/** Errors in a row without sound between them. */
const ERRORS_MOST = 3;
/** More chunks than this in the decoder are too late to be heard. */
const BACKLOG_MOST = 50;
/** What follows may be off by the rounding of time stamps, in seconds. */
const SEAM = 0.003;

/** Decodes each chunk as it comes, by WebCodecs. */
export class CodecDecoder implements SoundDecoder {
  #decoder: AudioDecoder;
  #config: AudioDecoderConfig;
  #errors = 0;
  /** Media time at which what was given to the decoder ends, in seconds. */
  #end: number | null = null;
  #closed = false;

  constructor(
    private readonly message: AudioMessage,
    init: Uint8Array,
    private readonly events: DecoderEvents,
  ) {
    const { codec, sample_rate: sampleRate, channels: numberOfChannels } = message;
    this.#config = { codec, sampleRate, numberOfChannels };
    if (codec.startsWith('mp4a')) this.#config.description = audioSpecificConfig(init);
    this.#decoder = this.#open();
  }

  decode(header: MediaHeader, payload: Uint8Array): void {
    const decoder = this.#decoder;
    if (decoder.state !== 'configured' || decoder.decodeQueueSize > BACKLOG_MOST) return;
    const { timescale } = this.message;
    const start = header.decodeTime / timescale;
    if (this.#end !== null && Math.abs(start - this.#end) > SEAM) this.#beginAnew();
    this.#end = start + header.duration / timescale;
    const timestamp = Math.round(start * 1e6);
    decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: sampleOf(payload) }));
  }

  close(): void {
    this.#closed = true;
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }

  /**
   * A decoder counts samples from the first time stamp that it is given, and takes no notice of a
   * hole in those that follow.
   */
  #beginAnew(): void {
    this.#decoder.reset();
    this.#decoder.configure(this.#config);
  }

  #open(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (data) => this.#decoded(data),
      error: (error) => this.#failed(error),
    });
    decoder.configure(this.#config);
    return decoder;
  }

  #decoded(data: AudioData): void {
    this.#errors = 0;
    if (!this.#closed) this.events.decoded(pcmOf(data));
    data.close();
  }

  #failed(error: DOMException): void {
    if (this.#closed) return;
    this.#errors += 1;
    if (error.name === 'NotSupportedError' || this.#errors > ERRORS_MOST) this.events.failed();
    else this.#decoder = this.#open();
  }
}

function pcmOf(data: AudioData): Pcm {
  const { numberOfFrames, numberOfChannels, sampleRate, timestamp } = data;
  const channels = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(numberOfFrames);
    data.copyTo(samples, { planeIndex, format: 'f32-planar' });
    return samples;
  });
  return { start: timestamp / 1e6, sampleRate, channels };
}
