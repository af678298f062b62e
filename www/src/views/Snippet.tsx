/** A program to copy. */
export function Snippet({ name, program }: { name: string; program: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="snippet" tabIndex={0} aria-label={name} dir="ltr">
      <pre>
        <code>{program}</code>
      </pre>
    </section>
  );
}
