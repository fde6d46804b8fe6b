import type { MediaHeader } from '../live/protocol';
import type { Pcm } from './pcm';

export interface DecoderEvents {
  decoded(pcm: Pcm): void;
  /** This browser cannot. */
  failed(): void;
}

/** Decodes the chunks of one configuration. */
export interface SoundDecoder {
  decode(header: MediaHeader, payload: Uint8Array): void;
  close(): void;
}
