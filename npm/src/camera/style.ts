/** Everything that is a matter of taste is a custom property or a part. */
export const STYLE = `
:host {
  --handful-camera-bar: currentColor;
  --handful-camera-track: color-mix(in srgb, currentColor 20%, transparent);
  --handful-camera-gap: 0.5rem;
  --handful-camera-radius: 0.5rem;
  display: block;
}
:host([hidden]) { display: none; }
:host([mirrored]) video { transform: scaleX(-1); }
video {
  aspect-ratio: 4 / 3;
  background: var(--handful-camera-track);
  border-radius: var(--handful-camera-radius);
  display: block;
  inline-size: 100%;
  object-fit: cover;
}
button {
  font: inherit;
  margin-block: var(--handful-camera-gap);
  min-block-size: 2.75rem;
  padding-inline: 1rem;
}
ul {
  display: grid;
  gap: var(--handful-camera-gap);
  list-style: none;
  margin: 0;
  padding: 0;
}
li {
  align-items: center;
  column-gap: var(--handful-camera-gap);
  display: grid;
  grid-template-columns: minmax(8rem, 1fr) 2fr 4ch;
}
li button { margin-block: 0; overflow-wrap: anywhere; }
[role="meter"] {
  background: var(--handful-camera-track);
  block-size: 0.75rem;
  border-radius: var(--handful-camera-radius);
  overflow: hidden;
}
[part="fill"] {
  background: var(--handful-camera-bar);
  block-size: 100%;
  transform: scaleX(var(--share, 0));
  transform-origin: left;
  transition: transform 0.1s linear;
}
[part="fill"]:dir(rtl) { transform-origin: right; }
[part="value"] { font-variant-numeric: tabular-nums; text-align: end; white-space: nowrap; }
output, p { display: block; margin-block: var(--handful-camera-gap); min-block-size: 1lh; }
p:empty { display: none; }
@media (prefers-reduced-motion: reduce) {
  [part="fill"] { transition: none; }
}
@media (forced-colors: active) {
  [role="meter"] { border: 1px solid CanvasText; }
  [part="fill"] { background: Highlight; }
}
`;
