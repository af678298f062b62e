import type { ButtonHTMLAttributes } from "preact";

type Props = ButtonHTMLAttributes & { class?: string | undefined };

/** A button of the page; `class` is what it has beside that of all. */
export function Button({ class: more, ...attributes }: Props) {
  return <button type="button" class={more ? `button ${more}` : "button"} {...attributes} />;
}
