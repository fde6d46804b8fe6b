/** What is used of a SourceBuffer. */
export type AppendTarget = Pick<
  SourceBuffer,
  'updating' | 'appendBuffer' | 'remove' | 'changeType' | 'addEventListener'
>;

export interface AppendEvents {
  /** The buffer has taken all that there was. */
  appended(): void;
  failed(message: string): void;
}

type Job = Uint8Array | { type: string } | { remove: [number, number] };

/** What one stalled append may leave behind; a minute of a 4K camera. */
const PENDING_MOST = 64 * 1024 * 1024;

/**
 * Feeds a SourceBuffer, which takes one operation at a time (MSE §3.5).
 *
 * Chunks that come while it is busy are appended together. When it is full, `makeRoom` is asked
 * what may go, once for each refused append.
 */
export class AppendQueue {
  #jobs: Job[] = [];
  #pendingBytes = 0;
  #refused = false;
  #target: AppendTarget | null = null;

  constructor(
    private readonly makeRoom: () => [number, number] | null,
    private readonly events: AppendEvents,
  ) {}

  /** The buffer is there: what has been queued goes in. */
  attach(target: AppendTarget): void {
    this.#target = target;
    target.addEventListener('updateend', () => this.#finished());
    this.#next();
  }

  append(bytes: Uint8Array): void {
    this.#jobs.push(bytes);
    this.#pendingBytes += bytes.byteLength;
    if (this.#pendingBytes > PENDING_MOST) this.events.failed('The browser takes no more media.');
    else this.#next();
  }

  /** What follows is of another type, `video/mp4; codecs="…"`. */
  changeType(type: string): void {
    this.#jobs.push({ type });
    this.#next();
  }

  remove(start: number, end: number): void {
    this.#jobs.push({ remove: [start, end] });
    this.#next();
  }

  #finished(): void {
    if (this.#jobs.length > 0) this.#next();
    else this.events.appended();
  }

  #next(): void {
    const target = this.#target;
    let more = true;
    while (more) more = target !== null && !target.updating && this.#step(target);
  }

  /** Does the next job; true if there may be another to do now. */
  #step(target: AppendTarget): boolean {
    const job = this.#jobs[0];
    if (!job) return false;
    try {
      if (job instanceof Uint8Array) this.#appendAll(target);
      else this.#run(target, job);
      return true;
    } catch (error) {
      return this.#recover(error);
    }
  }

  #run(target: AppendTarget, job: { type: string } | { remove: [number, number] }): void {
    this.#jobs.shift();
    if ('type' in job) target.changeType(job.type);
    else target.remove(...job.remove);
  }

  #appendAll(target: AppendTarget): void {
    const other = this.#jobs.findIndex((job) => !(job instanceof Uint8Array));
    const count = other < 0 ? this.#jobs.length : other;
    const pieces = this.#jobs.slice(0, count).filter((job) => job instanceof Uint8Array);
    const bytes = joined(pieces);
    target.appendBuffer(bytes as Uint8Array<ArrayBuffer>);
    this.#refused = false;
    this.#jobs.splice(0, count);
    this.#pendingBytes -= bytes.byteLength;
  }

  /** True if there is something else to try. */
  #recover(error: unknown): boolean {
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    const room = full && !this.#refused ? this.makeRoom() : null;
    if (!room) {
      this.#jobs = [];
      this.#pendingBytes = 0;
      this.events.failed(String(error));
      return false;
    }
    this.#refused = true;
    this.#jobs.unshift({ remove: room });
    return true;
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first && pieces.length === 1) return first;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
