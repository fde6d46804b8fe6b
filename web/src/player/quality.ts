/** What a page can ask for, by the attribute `quality`. */
export const QUALITIES = ['auto', 'high', 'medium', 'low'] as const;

export type QualitySetting = (typeof QUALITIES)[number];

/** The camera's own pictures in a codec that every browser plays. */
export const CONVERTED = 'h264';

/** A stream that was asked for and does not come. */
export interface Refusal {
  stream: string;
  /** This browser could play it, if it were to be had. */
  plays: boolean;
  /** In a sentence; null if it is not known. */
  why: string | null;
}

const MARK = '~';

export function qualitySetting(value: string | null): QualitySetting {
  return QUALITIES.find((quality) => quality === value) ?? 'auto';
}

/** The stream to ask the server for: `door~low` is the quality `low` of `door`, which is `high`. */
export function streamOf(id: string, quality: string): string {
  return quality === 'high' ? id : `${id}${MARK}${quality}`;
}

/** The quality that a stream is: `low` of `door~low`, `high` of `door`. */
export function qualityOf(stream: string): string {
  return stream.split(MARK)[1] ?? 'high';
}

/** The stream that a quality is made of, which is what the server's status is about: `door`. */
export function originalOf(stream: string): string {
  return stream.split(MARK)[0] ?? stream;
}
