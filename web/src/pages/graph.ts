const SECONDS = 60;

/** The newest minute of one figure, as a line. */
export class Graph {
  #values: (number | null)[] = [];
  #context: CanvasRenderingContext2D | null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d');
  }

  /** Adds the value of one second; null where there was none. */
  add(value: number | null): void {
    this.#values.push(value);
    if (this.#values.length > SECONDS) this.#values.shift();
    this.#draw();
  }

  clear(): void {
    this.#values = [];
    this.#draw();
  }

  #draw(): void {
    const context = this.#context;
    if (!context) return;
    const { width, height } = this.canvas;
    context.clearRect(0, 0, width, height);
    const known = this.#values.filter((value) => value !== null);
    const top = scaleTop(Math.max(0, ...known));
    this.#scale(context, top);
    context.strokeStyle = '#3ddc84';
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.beginPath();
    let drawing = false;
    for (const [at, value] of this.#values.entries()) {
      const x = width - ((this.#values.length - 1 - at) / (SECONDS - 1)) * width;
      const y = height - 4 - ((value ?? 0) / top) * (height - 28);
      if (value === null) drawing = false;
      else if (drawing) context.lineTo(x, y);
      else context.moveTo(x, y);
      drawing = value !== null;
    }
    context.stroke();
  }

  #scale(context: CanvasRenderingContext2D, top: number): void {
    const { width, height } = this.canvas;
    context.fillStyle = '#93a0ae';
    context.font = '20px system-ui, sans-serif';
    context.fillText(top < 1000 ? `${top} ms` : `${top / 1000} s`, 0, 18);
    context.fillStyle = '#1f2832';
    context.fillRect(0, 24, width, 2);
    context.fillRect(0, height - 3, width, 2);
  }
}

/** The next round number above `value`: 50, 100, 200, 500, … */
export function scaleTop(value: number): number {
  for (let decade = 10; ; decade *= 10) {
    for (const step of [1, 2, 5]) if (step * decade >= Math.max(50, value)) return step * decade;
  }
}
