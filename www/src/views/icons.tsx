/** The few drawings of the page. All of them are decoration beside words. */

/** The sign of handful: five seeds in a cupped hand. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 17.5h26c0 6.6-5.7 11-13 11s-13-4.4-13-11z" />
      <circle cx="8.5" cy="12.6" r="3" />
      <circle cx="16" cy="12.6" r="3" />
      <circle cx="23.5" cy="12.6" r="3" />
      <circle cx="12.25" cy="6.2" r="3" />
      <circle cx="19.75" cy="6.2" r="3" />
    </svg>
  );
}

export function Dots() {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="4" cy="10" r="1.7" />
      <circle cx="10" cy="10" r="1.7" />
      <circle cx="16" cy="10" r="1.7" />
    </svg>
  );
}

export function Plus() {
  return (
    <svg class="icon icon-line" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 4v12M4 10h12" />
    </svg>
  );
}

export function Camera() {
  return (
    <svg class="icon icon-line" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M2.5 6.5h3.3l1.4-2h5.6l1.4 2h3.3v9.5h-15z" />
      <circle cx="10" cy="11" r="2.9" />
    </svg>
  );
}

/** Back for Undo; turned round for Redo. */
export function Back({ turned = false }: { turned?: boolean }) {
  return (
    <svg
      class={turned ? "icon icon-line icon-turned" : "icon icon-line"}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      <path d="M7.5 4 3.5 8l4 4M4 8h7.5a4.5 4.5 0 0 1 0 9H8" />
    </svg>
  );
}

/** A recording. */
export function Dot() {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="6" />
    </svg>
  );
}
