import css from './overlay.css?inline';
import type { Description } from './state';
import { milliseconds, qualityName, rows, transportName, type PlayerStats } from './stats';

/** Long enough to be read. */
const WORD_MS = 6000;

let sheet: CSSStyleSheet | null = null;

/** A constructed sheet: pages with a strict Content-Security-Policy allow no style elements. */
function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}

/** What lies over the picture: what is wrong, and a badge with the measured delay. */
export class Overlay {
  readonly stage = element('div', 'stage');
  #notice = element('div', 'notice');
  #message = element('p', 'message');
  #detail = element('p', 'detail');
  #badge = element('button', 'badge');
  #delay = element('span', 'delay');
  #transport = element('span', 'transport');
  #details = element('dl', 'details');
  #word = element('p', 'word');
  #wordTimer: ReturnType<typeof setTimeout> | undefined;
  #latest: PlayerStats | null = null;

  constructor(root: ShadowRoot) {
    root.adoptedStyleSheets = [styleSheet()];
    this.#notice.setAttribute('role', 'status');
    this.#notice.append(this.#message, this.#detail);
    this.#badge.type = 'button';
    this.#badge.setAttribute('aria-expanded', 'false');
    this.#badge.title = 'Delay from the camera to this screen';
    this.#badge.append(element('span', 'dot'), this.#delay, this.#transport);
    this.#badge.addEventListener('click', () => this.#toggle());
    this.#details.hidden = true;
    this.#word.setAttribute('role', 'status');
    this.#word.hidden = true;
    root.append(this.stage, this.#notice, this.#badge, this.#details, this.#word);
  }

  describe(description: Description): void {
    this.#notice.hidden = description.message === null;
    setText(this.#message, description.message ?? '');
    setText(this.#detail, description.detail ?? '');
  }

  /** Tells something in a sentence that is gone after some seconds. */
  say(message: string): void {
    clearTimeout(this.#wordTimer);
    this.#word.hidden = false;
    setText(this.#word, message);
    this.#wordTimer = setTimeout(() => (this.#word.hidden = true), WORD_MS);
  }

  figures(stats: PlayerStats, badge: boolean): void {
    this.#badge.hidden = !badge || stats.transport === null;
    if (!badge) this.#details.hidden = true;
    const live = stats.state === 'live';
    setText(this.#delay, live ? milliseconds(stats.latency_p50_ms) : stats.state);
    const way = [transportName(stats.transport), qualityName(stats.quality)];
    setText(this.#transport, way.filter(Boolean).join(' · '));
    if (!this.#details.hidden) this.#list(stats);
    this.#latest = stats;
  }

  #toggle(): void {
    this.#details.hidden = !this.#details.hidden;
    this.#badge.setAttribute('aria-expanded', String(!this.#details.hidden));
    if (this.#latest) this.#list(this.#latest);
  }

  #list(stats: PlayerStats): void {
    this.#details.replaceChildren(
      ...rows(stats).flatMap(([name, value]) => [withText('dt', name), withText('dd', value)]),
    );
  }
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function withText(name: 'dt' | 'dd', text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** Unchanged text is left alone: screen readers would read it again. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
