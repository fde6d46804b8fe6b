import { sharedSocket } from '../live/live-socket';
import { codecName } from '../media/codec-name';
import type { Renderer } from '../player/renderer';
import { Output } from './context';
import { LiveSound, type ShownPicture } from './live-sound';

export interface SoundEvents {
  /** `muted` or `volume` has changed. */
  changed(): void;
  /** `fromPlaylist` has become true. */
  cutOff(): void;
  /** It stays muted; why, in a sentence for the person who wanted to hear something. */
  refused(message: string): void;
}

const NOT_ALLOWED = 'The browser plays sound only after a click or a key on this page.';

/**
 * The sound of one player: muted until somebody wants it, and beside the pictures in every way.
 *
 * It comes over the socket, while it is wanted and watched only. Where no socket comes through, and
 * where a browser plays playlists by itself, it is in the video element.
 */
export class PlayerSound {
  #muted = true;
  #volume = 1;
  #source: { server: URL; stream: string } | null = null;
  #renderer: Renderer | null = null;
  #live: LiveSound | null = null;
  #paused = false;
  #uses = false;
  #gain: GainNode | null = null;
  /** Video elements whose sound goes through the node that was asked for. */
  #routed = new WeakSet<HTMLMediaElement>();
  #tapped = false;
  /** No socket comes through, though pictures do. */
  #cutOff = false;

  constructor(private readonly events: SoundEvents) {}

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    if (muted === this.#muted) return;
    this.#muted = muted;
    // In this very call: some browsers ask whether it is that of a click.
    this.#apply();
    this.events.changed();
  }

  /** Whether sound is wanted that only a playlist can bring. */
  get fromPlaylist(): boolean {
    return this.#cutOff && !this.#muted;
  }

  get volume(): number {
    return this.#volume;
  }

  /** From 0 to 1; throws an IndexSizeError beyond, as a media element does. */
  set volume(volume: number) {
    if (!(volume >= 0 && volume <= 1)) {
      throw new DOMException(`The volume (${volume}) is not between 0 and 1.`, 'IndexSizeError');
    }
    if (volume === this.#volume) return;
    this.#volume = volume;
    this.#apply();
    this.events.changed();
  }

  /** How much later than its picture sound is heard, in milliseconds; null if unknown. */
  get latenessMs(): number | null {
    const lateness = this.#live?.lateness ?? null;
    return lateness === null ? null : lateness * 1000;
  }

  /** A node that carries what is heard, before the loudspeakers; the same one each time. */
  tap(): AudioNode {
    this.#tapped = true;
    const node = this.#node();
    this.#apply();
    return node;
  }

  /** The player shows this stream from now on. */
  start(server: URL, stream: string): void {
    this.stop();
    this.#source = { server, stream };
    this.#cutOff = false;
    this.#paused = false;
    this.#apply();
  }

  stop(): void {
    this.#source = this.#renderer = null;
    this.#apply();
  }

  /** Nobody looks. */
  pause(): void {
    this.#paused = true;
    this.#apply();
  }

  resume(): void {
    this.#paused = false;
    this.#apply();
    if (this.#uses) Output.shared.wake();
  }

  /** A picture was shown at `nowMs` of `performance.now()`. */
  picture(nowMs: number, picture: ShownPicture, renderer: Renderer | null): void {
    if (renderer !== this.#renderer) {
      this.#renderer = renderer;
      this.#apply();
    }
    if (this.#live?.isCutOff) {
      this.#cutOff = true;
      this.#leave();
      this.events.cutOff();
    }
    this.#live?.picture(nowMs, picture);
  }

  /** Takes the loudspeakers, or leaves them to others. */
  #use(wanted: boolean): void {
    if (wanted === this.#uses) return;
    this.#uses = wanted;
    if (wanted) void this.#start();
    else Output.shared.stop();
  }

  async #start(): Promise<void> {
    const allowed = await Output.shared.start();
    if (!allowed && this.#uses) this.#refuse(NOT_ALLOWED);
  }

  #refuse(message: string): void {
    if (this.#muted) return;
    this.muted = true;
    this.events.refused(message);
  }

  /** The player's own node, made when it is first needed. */
  #node(): GainNode {
    if (this.#gain) return this.#gain;
    const { context } = Output.shared;
    this.#gain = context.createGain();
    this.#gain.connect(context.destination);
    return this.#gain;
  }

  /** Makes everything as `muted`, `volume` and the renderer want it. */
  #apply(): void {
    const element = this.#element();
    const wanted = !this.#muted && !this.#paused && this.#source !== null;
    this.#use(wanted);
    if (element) this.#applyTo(element);
    if (wanted && !element && this.#renderer && !this.#cutOff) this.#listen();
    else this.#leave();
    if (this.#gain) this.#gain.gain.value = element ? 1 : this.#volume;
  }

  /** The video element, where the sound is in it. */
  #element(): HTMLVideoElement | null {
    return this.#renderer?.sounds ? this.#renderer.video : null;
  }

  #applyTo(element: HTMLVideoElement): void {
    element.volume = this.#volume;
    if (this.#tapped && !this.#routed.has(element)) {
      this.#routed.add(element);
      Output.shared.context.createMediaElementSource(element).connect(this.#node());
    }
    if (element.muted === this.#muted) return;
    element.muted = this.#muted;
    if (this.#muted || !element.paused) return;
    // A browser that does not let it sound has paused it, which the picture must not be.
    element.muted = true;
    void element.play().catch(() => {});
    this.#refuse(NOT_ALLOWED);
  }

  #listen(): void {
    if (this.#live || !this.#source) return;
    const { server, stream } = this.#source;
    this.#live = new LiveSound(sharedSocket(server), stream, Output.shared, this.#node(), ({ codec }) =>
      this.#refuse(`This browser does not play ${codecName(codec)}, which is the camera's sound.`),
    );
  }

  #leave(): void {
    this.#live?.close();
    this.#live = null;
  }
}
