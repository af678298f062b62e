import { useRef } from "preact/hooks";
import { choosePictures } from "../actions/preferences";
import { text } from "../text";
import { Button } from "./Button";
import { Check } from "./Check";

interface Props {
  /** Null until it is said. */
  keep: boolean | null;
  bytes: number;
}

/** Asks once whether small pictures of the photos are to be kept, with their size; afterwards the choice can be changed. */
export function KeepPictures({ keep, bytes }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const { ask, yes, no } = text.pictures;
  // In tenths of a megabyte, and a few pictures are not none.
  const words = ask(Math.ceil(bytes / 1e5) * 1e5);
  const choose = (choice: boolean): void => {
    // The buttons go.
    place.current?.focus();
    choosePictures(choice);
  };
  return (
    <div ref={place} class={keep === null ? "line notice notice-calm" : undefined} tabIndex={-1}>
      {keep === null ? (
        <>
          <p>{words}</p>
          <Button onClick={() => choose(true)}>{yes}</Button>
          <Button onClick={() => choose(false)}>{no}</Button>
        </>
      ) : (
        <Check checked={keep} words={words} onChange={choosePictures} />
      )}
    </div>
  );
}
