import { QualityChoice, type Size } from '../edge/quality-choice';
import type { FeedFacts } from './feed';
import type { Line } from './line';
import { recall, remember } from './offers';
import type { Playback } from './playback';
import { CONVERTED, streamOf, type QualitySetting, type Refusal } from './quality';

/** What could not be had although somebody has asked for it is tried again so much later. */
const AGAIN_MS = 15_000;
/** So seldom it is tried whether this browser can play what the camera sends now. */
const ORIGINAL_AGAIN_MS = 600_000;

export interface PilotOptions {
  server: URL;
  id: string;
  setting: QualitySetting;
  /** Where the picture is shown, in device pixels. */
  tile: () => Size | null;
}

/** Sees to it that a playback plays the right quality of a stream. */
export class QualityPilot {
  #setting: QualitySetting;
  #choice = new QualityChoice();
  #notBefore = 0;
  /** This browser does not play what the camera sends, but what the server makes of it. */
  #converted = false;
  #triedAt = 0;
  #tries = false;

  constructor(private readonly options: PilotOptions) {
    this.#setting = options.setting;
  }

  get setting(): QualitySetting {
    return this.#setting;
  }

  set setting(setting: QualitySetting) {
    this.#setting = setting;
    this.#choice = new QualityChoice();
    this.#notBefore = 0;
  }

  /** The stream to begin with. */
  begin(now: number): string {
    return this.#wanted(now, null);
  }

  /** To be called some times a second. */
  steer(now: number, playback: Playback): void {
    const line = playback.next;
    if (!line || playback.paused || document.hidden) return;
    line.look(now);
    if (line.route.stream === this.options.id) this.#learn(line.facts);
    this.#followTry(playback);
    const absent = line === playback.line && line.facts.camera === 'offline';
    if (absent && line.route.stream === this.#low) this.#choice.refused(now, 'low');
    const wanted = this.#wanted(now, line);
    if (wanted !== playback.stream && now >= this.#notBefore) {
      playback.play(wanted, this.#tries);
    }
  }

  /** What was asked for could not be had; the playback goes on with what it had. */
  refused(now: number, { stream, plays }: Refusal): void {
    const choice = stream === this.#low ? 'low' : 'high';
    if (this.#tries) this.#tries = false;
    else if (this.#setting === 'auto') this.#choice.refused(now, choice, plays);
    else this.#notBefore = now + AGAIN_MS;
  }

  /** The stream to play where this browser refuses the camera's own; null if there is none. */
  instead(now: number, stream: string, { offers }: Readonly<FeedFacts>): string | null {
    if (stream !== this.options.id) return null;
    if (!offers?.some(({ quality }) => quality === CONVERTED)) return null;
    this.#converted = true;
    this.#triedAt = now;
    return streamOf(this.options.id, CONVERTED);
  }

  get #low(): string {
    return streamOf(this.options.id, 'low');
  }

  #wanted(now: number, line: Line | null): string {
    const { id } = this.options;
    const quality = this.#setting === 'auto' ? this.#chosen(now, line) : this.#setting;
    if (quality !== 'high') return streamOf(id, quality);
    if (!this.#converted) return id;
    if (now - this.#triedAt > ORIGINAL_AGAIN_MS) {
      this.#triedAt = now;
      this.#tries = true;
    }
    return this.#tries ? id : streamOf(id, CONVERTED);
  }

  #chosen(now: number, line: Line | null): 'high' | 'low' {
    const known = recall(this.options.server, this.options.id);
    return this.#choice.decide(now, {
      offers: known?.offers ?? [],
      own: known?.size ?? null,
      tile: this.options.tile(),
      behind: line?.keeping.isBehind(now) ?? false,
      troubleAt: line?.keeping.troubleAt ?? Number.NEGATIVE_INFINITY,
    });
  }

  #learn({ offers, size }: Readonly<FeedFacts>): void {
    const { server, id } = this.options;
    const known = recall(server, id);
    if (offers === null || (known?.offers === offers && known.size === size)) return;
    remember(server, id, { offers, size: size ?? known?.size ?? null });
  }

  #followTry({ line }: Playback): void {
    if (!this.#tries || line?.route.stream !== this.options.id || !line.shows) return;
    this.#tries = this.#converted = false;
  }
}
