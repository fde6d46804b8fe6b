const NAMES: Readonly<Record<string, string>> = {
  avc1: 'H.264',
  avc3: 'H.264',
  hvc1: 'H.265',
  hev1: 'H.265',
  mp4a: 'AAC',
  opus: 'Opus',
};

/** What people call a codec of RFC 6381, such as `hvc1.1.6.L93.B0`: H.265. */
export function codecName(codec: string): string {
  return NAMES[codec.split('.', 1)[0] ?? ''] ?? codec;
}

/** Why a camera is not shown, and what to do about it, in a sentence. */
export function doesNotPlay(codec: string): string {
  const name = codecName(codec);
  const wayOut = name === 'H.264' ? 'use another browser' : 'set the camera to H.264';
  return `This browser does not play ${name} (${codec}); ${wayOut}.`;
}
