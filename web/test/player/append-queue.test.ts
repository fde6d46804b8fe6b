import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AppendQueue, type AppendTarget } from '../../src/player/append-queue';

/** A SourceBuffer that is busy until it is told to have finished. */
class FakeTarget extends EventTarget {
  updating = false;
  log: string[] = [];
  refuse: Error | null = null;

  appendBuffer(data: BufferSource): void {
    if (this.refuse) throw this.refuse;
    this.#begin(`append ${[...(data as Uint8Array)].join(' ')}`);
  }
  remove(start: number, end: number): void {
    this.#begin(`remove ${start}-${end}`);
  }
  changeType(type: string): void {
    this.log.push(type);
  }
  finish(): void {
    this.updating = false;
    this.dispatchEvent(new Event('updateend'));
  }
  take(): string[] {
    return this.log.splice(0);
  }
  #begin(what: string): void {
    if (this.updating) throw new DOMException('busy', 'InvalidStateError');
    this.updating = true;
    this.log.push(what);
  }
}

const full = () => new DOMException('full', 'QuotaExceededError');
const appended = vi.fn<() => void>();
const failed = vi.fn<(message: string) => void>();
const makeRoom = vi.fn<() => [number, number] | null>();

let target: FakeTarget;
let queue: AppendQueue;

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

beforeEach(() => {
  vi.resetAllMocks();
  makeRoom.mockReturnValue(null);
  target = new FakeTarget();
  queue = new AppendQueue(makeRoom, { appended, failed });
  queue.attach(target as unknown as AppendTarget);
});

describe('AppendQueue', () => {
  it('appends at once when the buffer is free', () => {
    queue.append(bytes(1));
    expect(target.take()).toEqual(['append 1']);
    expect(appended).not.toHaveBeenCalled();
    target.finish();
    expect(appended).toHaveBeenCalledOnce();
  });

  it('appends together what came meanwhile', () => {
    queue.append(bytes(1));
    queue.append(bytes(2, 3));
    queue.append(bytes(4));
    target.finish();
    expect(target.take()).toEqual(['append 1', 'append 2 3 4']);
    expect(appended).not.toHaveBeenCalled();
    target.finish();
    expect(appended).toHaveBeenCalledOnce();
  });

  it('holds everything until there is a buffer', () => {
    const early = new AppendQueue(makeRoom, { appended, failed });
    early.append(bytes(1));
    early.append(bytes(2));
    early.attach(target as unknown as AppendTarget);
    expect(target.take()).toEqual(['append 1 2']);
  });

  it('keeps the order of appends, removals and changes of type', () => {
    queue.append(bytes(1));
    queue.append(bytes(2));
    queue.remove(0, 5);
    queue.changeType('video/mp4');
    queue.append(bytes(3));
    for (let step = 0; step < 4; step += 1) target.finish();
    expect(target.take()).toEqual(['append 1', 'append 2', 'remove 0-5', 'video/mp4', 'append 3']);
    expect(appended).toHaveBeenCalledOnce();
  });

  it('makes room in a full buffer and tries again', () => {
    makeRoom.mockReturnValueOnce([0, 4]);
    target.refuse = full();
    queue.append(bytes(1));
    expect(target.take()).toEqual(['remove 0-4']);
    target.refuse = null;
    target.finish();
    expect(target.take()).toEqual(['append 1']);
    expect(failed).not.toHaveBeenCalled();
  });

  it('makes room again when the buffer is full another time', () => {
    makeRoom.mockReturnValue([0, 4]);
    for (const value of [1, 2]) {
      target.refuse = full();
      queue.append(bytes(value));
      target.refuse = null;
      target.finish();
      target.finish();
    }
    expect(target.take()).toEqual(['remove 0-4', 'append 1', 'remove 0-4', 'append 2']);
  });

  it('gives up when room does not help, instead of removing for ever', () => {
    makeRoom.mockReturnValue([0, 4]);
    target.refuse = full();
    queue.append(bytes(1));
    target.finish();
    expect(failed).toHaveBeenCalledOnce();
    expect(target.take()).toEqual(['remove 0-4']);
  });

  it('gives up when nothing may be removed', () => {
    target.refuse = full();
    queue.append(bytes(1));
    expect(failed).toHaveBeenCalledOnce();
  });

  it('gives up when the buffer refuses for another reason', () => {
    target.refuse = new DOMException('gone', 'InvalidStateError');
    queue.append(bytes(1));
    expect(failed).toHaveBeenCalledWith(expect.stringContaining('gone'));
    expect(makeRoom).not.toHaveBeenCalled();
  });

  it('does not collect without bound behind a buffer that is stuck', () => {
    const megabyte = new Uint8Array(1024 * 1024);
    for (let count = 0; count < 70; count += 1) queue.append(megabyte);
    expect(failed).toHaveBeenCalled();
  });
});
