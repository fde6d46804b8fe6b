/** The little of ISO-BMFF (ISO/IEC 14496-12, -15) that a player of ready-made chunks needs. */

const BOX_HEADER = 8;
/** Full box header and entry count of `stsd`. */
const STSD_HEADER = 8;
/** Fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12 §12.1.3). */
const VISUAL_SAMPLE_ENTRY = 78;
/** Fields of an AudioSampleEntry before its boxes (§12.2.3). */
const AUDIO_SAMPLE_ENTRY = 28;
const FULL_BOX_HEADER = 4;

/** Tags of descriptors, and what stands in them before others (ISO/IEC 14496-1 §7.2.6). */
const ES_DESCRIPTOR = 3;
const ES_FIELDS = 3;
const DECODER_CONFIG = 4;
const DECODER_FIELDS = 13;
const DECODER_SPECIFIC = 5;

/** Flags of `trun` (ISO/IEC 14496-12 §8.8.8), and where its optional members begin. */
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_SAMPLE_FLAGS = 0x4;
const TRUN_SAMPLE_DURATION = 0x100;
const TRUN_MEMBERS = 8;

const TO_SAMPLE_ENTRY = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'];
const CONFIGURATIONS = new Set(['avcC', 'hvcC', 'av1C', 'vpcC']);

/** The body of `avcC` (or `hvcC`, …) of the first track; throws if there is none. */
export function decoderConfiguration(init: Uint8Array): Uint8Array {
  const at = descendant(init, TO_SAMPLE_ENTRY);
  if (!at) throw new Error('The init segment describes no sample.');
  const entry = [...boxes(at.subarray(STSD_HEADER))][0];
  for (const box of boxes(entry?.body.subarray(VISUAL_SAMPLE_ENTRY) ?? new Uint8Array())) {
    if (CONFIGURATIONS.has(box.type)) return box.body;
  }
  throw new Error('The init segment has no decoder configuration.');
}

/**
 * The AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of the first track; throws if there is none.
 *
 * It is in an ES_Descriptor, in there in a DecoderConfigDescriptor (ISO/IEC 14496-1 §7.2.6.5).
 */
export function audioSpecificConfig(init: Uint8Array): Uint8Array {
  const at = descendant(init, TO_SAMPLE_ENTRY);
  const entry = at && [...boxes(at.subarray(STSD_HEADER))][0];
  const children = boxes(entry?.body.subarray(AUDIO_SAMPLE_ENTRY) ?? new Uint8Array());
  const esds = [...children].find(({ type }) => type === 'esds');
  const stream = esds && descriptor(esds.body.subarray(FULL_BOX_HEADER), ES_DESCRIPTOR);
  const decoder = stream && descriptor(stream.subarray(ES_FIELDS), DECODER_CONFIG);
  const specific = decoder && descriptor(decoder.subarray(DECODER_FIELDS), DECODER_SPECIFIC);
  if (!specific) throw new Error('The init segment does not say how its AAC is configured.');
  return specific;
}

/** The sample of a chunk that holds exactly one: it follows `moof` and the header of `mdat`. */
export function sampleOf(chunk: Uint8Array): Uint8Array {
  const moof = viewOf(chunk).getUint32(0);
  return chunk.subarray(moof + BOX_HEADER);
}

/** Where one movie fragment of one sample is on the timeline, in units of the timescale. */
export interface TimedChunk {
  decodeTime: number;
  readonly duration: number;
  setDuration(duration: number): void;
}

/** The movie fragments in `data`, except for those with more than one sample or no duration. */
export function timedChunks(data: Uint8Array): TimedChunk[] {
  const chunks: TimedChunk[] = [];
  for (const { type, body } of boxes(data)) {
    if (type !== 'moof') continue;
    const tfdt = descendant(body, ['traf', 'tfdt']);
    const trun = descendant(body, ['traf', 'trun']);
    const chunk = tfdt && trun && timedChunk(viewOf(tfdt), viewOf(trun));
    if (chunk) chunks.push(chunk);
  }
  return chunks;
}

/** The timescale of the first track of an init segment (ISO/IEC 14496-12 §8.4.2); null without. */
export function timescaleOf(init: Uint8Array): number | null {
  const mdhd = descendant(init, ['moov', 'trak', 'mdia', 'mdhd']);
  if (!mdhd) return null;
  const longTimes = mdhd[0] === 1;
  return viewOf(mdhd).getUint32(longTimes ? 20 : 12);
}

function timedChunk(tfdt: DataView, trun: DataView): TimedChunk | null {
  const flags = trun.getUint32(0);
  if (!(flags & TRUN_SAMPLE_DURATION) || trun.getUint32(4) !== 1) return null;
  const offset = flags & TRUN_DATA_OFFSET ? 4 : 0;
  const firstFlags = flags & TRUN_FIRST_SAMPLE_FLAGS ? 4 : 0;
  const at = TRUN_MEMBERS + offset + firstFlags;
  const long = tfdt.getUint8(0) === 1;
  return {
    decodeTime: long ? tfdt.getUint32(4) * 2 ** 32 + tfdt.getUint32(8) : tfdt.getUint32(4),
    duration: trun.getUint32(at),
    setDuration: (duration) => trun.setUint32(at, duration),
  };
}

/** The body of the box at the end of a path of box types. */
function descendant(data: Uint8Array, path: readonly string[]): Uint8Array | null {
  let at: Uint8Array | undefined = data;
  for (const type of path) {
    at = at && [...boxes(at)].find((box) => box.type === type)?.body;
  }
  return at ?? null;
}

/** The body of the first descriptor in `data` if it has this tag; its length may take four bytes. */
function descriptor(data: Uint8Array, tag: number): Uint8Array | null {
  if (data[0] !== tag) return null;
  let length = 0;
  let at = 1;
  let byte: number;
  do {
    byte = data[at] ?? 0;
    length = length * 128 + (byte & 127);
    at += 1;
  } while (byte & 128 && at <= 4);
  return data.subarray(at, at + length);
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function* boxes(data: Uint8Array): Generator<{ type: string; body: Uint8Array }> {
  const view = viewOf(data);
  for (let at = 0; at + BOX_HEADER <= data.length; ) {
    const size = view.getUint32(at);
    if (size < BOX_HEADER || at + size > data.length) return;
    const type = String.fromCharCode(...data.subarray(at + 4, at + BOX_HEADER));
    yield { type, body: data.subarray(at + BOX_HEADER, at + size) };
    at += size;
  }
}
