import type { LiveEdgePlayer } from '../live-edge-player';

const SVG = 'http://www.w3.org/2000/svg';
const CONE = 'M3 9v6h4l5 4V5L7 9z';
const WAVES = 'M15.5 8.5a5 5 0 0 1 0 7M18 6a8.5 8.5 0 0 1 0 12';
const CROSS = 'm16 9.5 5 5m0-5-5 5';

/** A button that lets a player sound, and mutes it. */
export class Speaker {
  readonly element = document.createElement('button');

  constructor(
    private readonly player: LiveEdgePlayer,
    /** Hears of a person's wish, after the player has. */
    private readonly toggled: (event: MouseEvent) => void = () => {},
  ) {
    this.element.type = 'button';
    this.element.className = 'speaker';
    this.element.setAttribute('aria-label', 'Sound');
    this.element.hidden = true;
    this.element.append(icon());
    this.element.addEventListener('click', (event) => {
      this.toggle();
      this.toggled(event);
    });
    // Also when the browser takes it back.
    player.addEventListener('volumechange', () => this.#draw());
    this.#draw();
  }

  /** Shows the button where there is something to hear. */
  show(audible: boolean): void {
    this.element.hidden = !audible;
  }

  toggle(): void {
    if (!this.element.hidden) this.player.muted = !this.player.muted;
  }

  #draw(): void {
    const sounds = !this.player.muted;
    this.element.setAttribute('aria-pressed', String(sounds));
    this.element.title = sounds ? 'Mute (m)' : 'Let it sound (m)';
  }
}

function icon(): SVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const parts = { cone: CONE, waves: WAVES, cross: CROSS };
  for (const [name, outline] of Object.entries(parts)) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', name);
    path.setAttribute('d', outline);
    drawing.append(path);
  }
  return drawing;
}
