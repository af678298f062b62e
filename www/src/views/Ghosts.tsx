import { TONES, toned } from "./tone";

/** So many photos fill a card. */
const MOST = 40;

/** Holds the places of classes that are being read, so that nothing jumps when they come. */
export function Ghosts({ counts }: { counts: readonly number[] }) {
  return (
    <div class="cards" aria-hidden="true">
      {counts.map((count, tone) => (
        <div key={tone} class="card ghost" style={toned(tone % TONES)}>
          <span class="ghost-line" />
          {count === 0 ? (
            <span class="well aside" />
          ) : (
            <ul class="thumbnails">
              {Array.from({ length: Math.min(count, MOST) }, (_, i) => (
                <li key={i}>
                  <span class="thumbnail" />
                </li>
              ))}
            </ul>
          )}
          <span class="ghost-line" />
        </div>
      ))}
    </div>
  );
}
