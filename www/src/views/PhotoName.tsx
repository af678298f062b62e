import { fileOf, foldersOf } from "../state/paths";

/** The name of a photo that was asked about, and below it the folders that it lay in, where it lay in some. */
export function PhotoName({ path }: { path: string }) {
  const folders = foldersOf(path);
  return (
    <span class="photo-name">
      <bdi>{fileOf(path)}</bdi>
      {folders !== "" && <bdi>{folders}</bdi>}
    </span>
  );
}
