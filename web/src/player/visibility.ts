/** How long something may be out of sight before its media is no longer fetched. */
const PAGE_HIDDEN_MS = 10_000;
const OUT_OF_SIGHT_MS = 4000;

export interface VisibilityEvents {
  /** Nobody has seen the element for a while. */
  unwatched(): void;
  /** The page or the element is to be seen again. */
  watched(): void;
}

/** Tells whether anybody can see an element; returns how to stop. */
export function watchVisibility(target: Element, events: VisibilityEvents): () => void {
  let inSight = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen = true;

  const update = () => {
    const now = inSight && !document.hidden;
    if (now === seen) return;
    seen = now;
    clearTimeout(timer);
    if (now) events.watched();
    else timer = setTimeout(events.unwatched, document.hidden ? PAGE_HIDDEN_MS : OUT_OF_SIGHT_MS);
  };
  const observer = new IntersectionObserver((entries) => {
    inSight = entries.at(-1)?.isIntersecting ?? true;
    update();
  });
  observer.observe(target);
  document.addEventListener('visibilitychange', update);
  return () => {
    observer.disconnect();
    document.removeEventListener('visibilitychange', update);
    clearTimeout(timer);
  };
}
