/** So many photos fill a card. */
const MOST = 40;

/** Holds the places of classes that are being read, so that nothing jumps when they come. */
export function Ghosts({ counts }: { counts: readonly number[] }) {
  return (
    <div class="cards" aria-hidden="true">
      {counts.map((count, tone) => (
        <div key={tone} class="card ghost" data-tone={tone % 8}>
          <span class="ghost-line" />
          {count === 0 ? (
            <span class="well" />
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
