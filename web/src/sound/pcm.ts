/** Some decoded sound. */
export interface Pcm {
  /** Media time of the first sample, in seconds. */
  start: number;
  /** Hz. */
  sampleRate: number;
  /** The samples of each channel, from -1 to 1; all of one length. */
  channels: Float32Array[];
}

export function durationOf({ channels, sampleRate }: Pcm): number {
  return (channels[0]?.length ?? 0) / sampleRate;
}
