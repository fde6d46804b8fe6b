/** What hears the beeps of a test camera, in the audio thread: a worklet of its own. */
import { BeepDetector } from './beep-detector';

declare const sampleRate: number;
declare const currentFrame: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** As many frames as the audio thread renders at once. */
const SILENCE = new Float32Array(128);

/** Told at each beep; frames of the context's time. */
export interface Beep {
  frame: number;
  holes: number;
  silentFrames: number;
}

class BeepProcessor extends AudioWorkletProcessor {
  #detector = new BeepDetector(sampleRate);

  process(inputs: Float32Array[][]): boolean {
    // Nothing is connected while nothing sounds.
    const samples = inputs[0]?.[0] ?? SILENCE;
    const frame = this.#detector.push(samples, currentFrame);
    if (frame !== null) {
      const { holes, silentFrames } = this.#detector;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has none
      this.port.postMessage({ frame, holes, silentFrames } satisfies Beep);
    }
    return true;
  }
}

registerProcessor('beeps', BeepProcessor);
