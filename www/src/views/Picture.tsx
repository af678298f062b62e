interface Props {
  /** Its address, where there is one. */
  url: string | null | undefined;
  lazy?: boolean;
}

/** A small picture of a photo, beside words that name it; or its place. */
export function Picture({ url, lazy = false }: Props) {
  if (!url) return <span class="picture" />;
  return <img class="picture" src={url} alt="" loading={lazy ? "lazy" : "eager"} />;
}
