import type { LiveEdgePlayer, PlayerState, PlayerStats } from '../live-edge-player';
import { remember } from '../player/offers';
import { serverOf } from '../player/server';
import { milliseconds } from '../player/stats';
import { Speaker } from './speaker';
import type { StreamEntry } from './streams';

/** One camera on the wall: its picture, name, state and measured delay. */
export class Tile {
  readonly element = document.createElement('div');
  #player: LiveEdgePlayer = document.createElement('live-edge-player');
  #name = span('name');
  #delay = span('delay');
  #fps = span('fps');
  #speaker: Speaker;

  constructor(
    entry: StreamEntry,
    /** A person has let this one sound, or muted it. */
    toggled: (tile: Tile, event: MouseEvent) => void,
  ) {
    this.element.className = 'tile';
    const way = document.createElement('a');
    way.className = 'way';
    way.href = `/watch/${encodeURIComponent(entry.stream_id)}`;
    const { stream_id: id, qualities: offers, width, height } = entry;
    // Ten small tiles should not begin with ten large pictures.
    if (width && height) remember(serverOf(null), id, { offers, size: { width, height } });
    this.#player.setAttribute('stream', id);
    this.#player.setAttribute('badge', 'off');
    this.#player.addEventListener('stats', (event) =>
      this.#figures((event as CustomEvent<PlayerStats>).detail),
    );
    this.#player.addEventListener('state', (event) =>
      this.#state((event as CustomEvent<PlayerState>).detail),
    );
    const figures = span('figures');
    figures.append(this.#delay, this.#fps);
    const caption = document.createElement('div');
    caption.className = 'caption';
    caption.append(span('dot'), this.#name, figures);
    this.#speaker = new Speaker(this.#player, (event) => toggled(this, event));
    way.append(this.#player, caption);
    this.element.append(way, this.#speaker.element);
    this.#state('connecting');
    this.update(entry);
  }

  get state(): PlayerState {
    return this.#player.state;
  }

  get sounds(): boolean {
    return !this.#player.muted;
  }

  /** As if a person had pressed its button. */
  press(): void {
    this.#speaker.element.click();
  }

  mute(): void {
    this.#player.muted = true;
  }

  update(entry: StreamEntry): void {
    this.#name.textContent = entry.name;
    this.#speaker.show(entry.audio !== null);
  }

  #state(state: PlayerState): void {
    this.element.dataset.state = state;
    if (state !== 'live') {
      this.#delay.textContent = '';
      this.#fps.textContent = state;
    }
  }

  #figures(stats: PlayerStats): void {
    if (stats.state !== 'live') return;
    this.#delay.textContent = milliseconds(stats.latency_p50_ms);
    this.#fps.textContent = ` · ${Math.round(stats.fps)} fps`;
  }
}

function span(className: string): HTMLSpanElement {
  const made = document.createElement('span');
  made.className = className;
  return made;
}
