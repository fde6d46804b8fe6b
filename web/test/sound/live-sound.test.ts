import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSocket } from '../../src/live/live-socket';
import { parseHeader, type AudioMessage } from '../../src/live/protocol';
import type { Output } from '../../src/sound/context';
import { LiveSound } from '../../src/sound/live-sound';
import { chunk, words } from '../support/boxes';
import { mediaMessage } from '../support/messages';

const leave = vi.fn<() => void>();
const failed = vi.fn<() => void>();
/** The files that were to be decoded. */
const files = vi.fn<() => void>();
const socket = { failures: 0, listen: () => leave };
const message = { codec: 'opus', sample_rate: 48_000, channels: 2, timescale: 90_000 };
let opened: { error(error: DOMException): void }[];
let sound: LiveSound;

class FakeAudioDecoder {
  state = 'unconfigured';
  decodeQueueSize = 0;
  constructor(events: { error(error: DOMException): void }) {
    opened.push(events);
  }
  configure(): void {
    this.state = 'configured';
  }
  close(): void {
    this.state = 'closed';
  }
}

class FakeFiles {
  decodeAudioData(): Promise<never> {
    files();
    return Promise.reject(new DOMException('no', 'EncodingError'));
  }
}

function give(count: number): void {
  for (let at = 0; at < count; at += 1) {
    const header = parseHeader(mediaMessage({ decodeTime: at * 1800, duration: 1800 }));
    sound.chunk(header, chunk(words(0, 0), words(0, 1)));
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

beforeEach(() => {
  vi.resetAllMocks();
  opened = [];
  vi.stubGlobal('AudioDecoder', FakeAudioDecoder);
  vi.stubGlobal('OfflineAudioContext', FakeFiles);
  const output = { context: { sampleRate: 48_000 } } as unknown as Output;
  const node = {} as AudioNode;
  sound = new LiveSound(socket as unknown as LiveSocket, 'door', output, node, failed);
  sound.audio(message as AudioMessage);
  sound.init(new Uint8Array([105]));
});

afterEach(() => vi.unstubAllGlobals());

describe('LiveSound', () => {
  it('decodes files where WebCodecs do not know the codec, and then gives up', async () => {
    expect(opened).toHaveLength(1);
    opened[0]?.error(new DOMException('no', 'NotSupportedError'));
    expect(failed).not.toHaveBeenCalled();
    for (let turn = 0; turn < 4; turn += 1) {
      give(1);
      await settled();
    }
    expect(files).toHaveBeenCalledTimes(4);
    expect(failed).toHaveBeenCalledOnce();
    expect(leave).toHaveBeenCalledOnce();
  });

  it('says nothing more once it is closed', () => {
    sound.close();
    opened[0]?.error(new DOMException('no', 'NotSupportedError'));
    give(1);
    expect(failed).not.toHaveBeenCalled();
    expect(files).not.toHaveBeenCalled();
  });

  it('knows that no socket opens', () => {
    expect(sound.isCutOff).toBe(false);
    socket.failures = 3;
    expect(sound.isCutOff).toBe(true);
    socket.failures = 0;
  });
});
