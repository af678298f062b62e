/** A drawn photo of a thing, as a file. */
export async function photo(thing, number) {
  const name = `${thing}-${number}.png`;
  const blob = await (await fetch(`./photos/${name}`)).blob();
  return new File([blob], name, { type: "image/png" });
}
