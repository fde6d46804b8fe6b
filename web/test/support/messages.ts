/** A binary message as docs/reference/live-protocol.md lays it out, written independently. */
export function mediaMessage(
  fields: {
    kind?: number;
    flags?: number;
    stream?: number;
    epoch?: number;
    sequence?: number;
    duration?: number;
    decodeTime?: number;
    captureUs?: number;
    arrivalUs?: number;
    compositionOffset?: number;
  } = {},
  payload: Uint8Array = new Uint8Array([1]),
): ArrayBuffer {
  const message = new ArrayBuffer(40 + payload.length);
  const view = new DataView(message);
  view.setUint8(0, fields.kind ?? 2);
  view.setUint8(1, fields.flags ?? 0);
  view.setUint16(2, fields.stream ?? 1);
  view.setUint32(4, fields.epoch ?? 0);
  view.setUint32(8, fields.sequence ?? 0);
  view.setUint32(12, fields.duration ?? 3000);
  view.setBigUint64(16, BigInt(fields.decodeTime ?? 0));
  view.setBigUint64(24, BigInt(fields.captureUs ?? 0));
  view.setInt32(32, fields.arrivalUs ?? 0);
  view.setInt32(36, fields.compositionOffset ?? 0);
  new Uint8Array(message).set(payload, 40);
  return message;
}
