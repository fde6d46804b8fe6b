/** The little of ISO-BMFF (ISO/IEC 14496-12, -15) that a player of ready-made chunks needs. */

const BOX_HEADER = 8;
/** Full box header and entry count of `stsd`. */
const STSD_HEADER = 8;
/** Fields of a VisualSampleEntry before its boxes (ISO/IEC 14496-12 §12.1.3). */
const VISUAL_SAMPLE_ENTRY = 78;

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

/** The sample of a chunk that holds exactly one: it follows `moof` and the header of `mdat`. */
export function sampleOf(chunk: Uint8Array): Uint8Array {
  const moof = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength).getUint32(0);
  return chunk.subarray(moof + BOX_HEADER);
}

/** Write the duration of a chunk's first sample, in units of the timescale, where it has one. */
export function setSampleDuration(chunk: Uint8Array, duration: number): void {
  const trun = descendant(chunk, ['moof', 'traf', 'trun']);
  if (!trun) return;
  const view = new DataView(trun.buffer, trun.byteOffset, trun.byteLength);
  const flags = view.getUint32(0);
  if (!(flags & TRUN_SAMPLE_DURATION)) return;
  const offset = flags & TRUN_DATA_OFFSET ? 4 : 0;
  const firstFlags = flags & TRUN_FIRST_SAMPLE_FLAGS ? 4 : 0;
  view.setUint32(TRUN_MEMBERS + offset + firstFlags, duration);
}

/** The body of the box at the end of a path of box types. */
function descendant(data: Uint8Array, path: readonly string[]): Uint8Array | null {
  let at: Uint8Array | undefined = data;
  for (const type of path) {
    at = at && [...boxes(at)].find((box) => box.type === type)?.body;
  }
  return at ?? null;
}

function* boxes(data: Uint8Array): Generator<{ type: string; body: Uint8Array }> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + BOX_HEADER <= data.length; ) {
    const size = view.getUint32(at);
    if (size < BOX_HEADER || at + size > data.length) return;
    const type = String.fromCharCode(...data.subarray(at + 4, at + BOX_HEADER));
    yield { type, body: data.subarray(at + BOX_HEADER, at + size) };
    at += size;
  }
}
