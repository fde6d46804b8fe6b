/** An ISO-BMFF box of the given body. */
export function box(type: string, ...body: Uint8Array[]): Uint8Array {
  const size = 8 + body.reduce((sum, part) => sum + part.length, 0);
  const made = new Uint8Array(size);
  new DataView(made.buffer).setUint32(0, size);
  made.set(new TextEncoder().encode(type), 4);
  let at = 8;
  for (const part of body) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** Big-endian 32-bit words. */
export function words(...values: number[]): Uint8Array {
  const made = new Uint8Array(4 * values.length);
  const view = new DataView(made.buffer);
  for (const [at, value] of values.entries()) view.setUint32(4 * at, value);
  return made;
}

export const zeros = (count: number) => new Uint8Array(count);

/** An init segment with one track whose sample entry holds `configuration`. */
export function initSegment(
  entry: string,
  configuration: Uint8Array,
  mdhd: Uint8Array = words(0, 0, 0, 90_000, 0, 0),
): Uint8Array {
  return movie(box(entry, zeros(78), box('pasp', words(1, 1)), configuration), mdhd);
}

/** The same for a track of sound. */
export function audioInitSegment(entry: string, configuration: Uint8Array): Uint8Array {
  return movie(box(entry, zeros(28), configuration), words(0, 0, 0, 90_000, 0, 0));
}

function movie(sampleEntry: Uint8Array, mdhd: Uint8Array): Uint8Array {
  const stbl = box('stbl', box('stsd', words(0, 1), sampleEntry), box('stts', words(0, 0)));
  const minf = box('minf', box('vmhd', zeros(12)), stbl);
  const mdia = box('mdia', box('mdhd', mdhd), minf);
  const moov = box('moov', box('mvhd', zeros(100)), box('trak', box('tkhd', zeros(84)), mdia));
  return joined(box('ftyp', new TextEncoder().encode('iso6')), moov);
}

/** A chunk: `moof` with the given `tfdt` and `trun`, then `mdat`. */
export function chunk(tfdt: Uint8Array, trun: Uint8Array, sample = zeros(1)): Uint8Array {
  const traf = box('traf', box('tfhd', words(0x020000, 1)), box('tfdt', tfdt), box('trun', trun));
  return joined(box('moof', box('mfhd', words(0, 1)), traf), box('mdat', sample));
}

/** A chunk as the server makes it: one picture at `decodeTime` that lasts `duration`. */
export function picture(decodeTime: number, duration: number): Uint8Array {
  const high = Math.floor(decodeTime / 2 ** 32);
  const tfdt = words(0x01000000, high, decodeTime >>> 0);
  return chunk(tfdt, words(0x01000f01, 1, 100, duration, 1, 0, 0));
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
