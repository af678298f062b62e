import type { RefObject } from "preact";

interface Props {
  input: RefObject<HTMLInputElement | null>;
  name?: string;
  accept: string;
  several?: boolean;
  onFiles: (files: File[]) => void;
}

/** Not to be seen: a button opens its file chooser. */
export function FileInput({ input, name, accept, several = false, onFiles }: Props) {
  return (
    <input
      ref={input}
      type="file"
      accept={accept}
      multiple={several}
      hidden
      aria-label={name}
      onChange={({ currentTarget }) => {
        onFiles(Array.from(currentTarget.files ?? []));
        // The same file may be chosen again.
        currentTarget.value = "";
      }}
    />
  );
}
