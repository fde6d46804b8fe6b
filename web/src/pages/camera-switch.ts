import { act, type Act, type StreamEntry } from './streams';

/** What can be done with a stream in a state: nothing that would change nothing. */
export function actsFor(state: string): Act[] {
  return state === 'stopped' ? ['start'] : ['restart', 'stop'];
}

const NAMES: Record<Act, string> = { start: 'Start', stop: 'Stop', restart: 'Restart' };
const TITLES: Record<Act, string> = {
  start: 'Connect to this camera again',
  stop: 'Leave this camera until it is started again',
  restart: 'Connect to this camera anew',
};

/** Buttons that start, stop and restart one stream. */
export class CameraSwitch {
  readonly element = document.createElement('div');
  #buttons = new Map<Act, HTMLButtonElement>();
  #problem = document.createElement('span');
  #state: string | null = null;
  /** What the server is being asked to do. */
  #doing: Act | null = null;

  constructor(
    private readonly streamId: string,
    /** Hears how the stream is once the server has done what was asked. */
    private readonly changed: (entry: StreamEntry) => void,
  ) {
    this.element.className = 'switch';
    this.element.hidden = true;
    this.#problem.className = 'problem';
    this.#problem.setAttribute('role', 'alert');
    this.element.append(this.#problem);
    for (const name of ['start', 'restart', 'stop'] as const) this.element.append(this.#button(name));
  }

  /** Shows what can be done in this state; null: nothing is known of the stream. */
  show(state: string | null): void {
    this.#state = state;
    this.#draw();
  }

  #button(name: Act): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = NAMES[name];
    button.title = TITLES[name];
    button.dataset.act = name;
    button.addEventListener('click', () => void this.#do(name));
    this.#buttons.set(name, button);
    return button;
  }

  async #do(name: Act): Promise<void> {
    // A disabled button would lose the focus of who uses the keyboard.
    if (this.#doing) return;
    this.#doing = name;
    this.#problem.textContent = '';
    this.#draw();
    try {
      const entry = await act(this.streamId, name);
      this.#state = entry.state;
      this.changed(entry);
    } catch (error) {
      this.#problem.textContent = error instanceof Error ? error.message : String(error);
    }
    this.#doing = null;
    const focused = document.activeElement === this.#buttons.get(name);
    this.#draw();
    // Where the pressed button goes, whoever uses the keyboard goes on at its counterpart.
    if (focused && this.#buttons.get(name)?.hidden) this.#first()?.focus();
  }

  #first(): HTMLButtonElement | undefined {
    return [...this.#buttons.values()].find((button) => !button.hidden);
  }

  #draw(): void {
    this.element.hidden = this.#state === null;
    const acts = actsFor(this.#state ?? '');
    for (const [name, button] of this.#buttons) {
      button.hidden = this.#doing ? name !== this.#doing : !acts.includes(name);
      button.setAttribute('aria-busy', String(name === this.#doing));
    }
  }
}
