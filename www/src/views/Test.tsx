import { useLayoutEffect, useRef } from "preact/hooks";
import { stopTest, testOn } from "../actions/testing";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { useDrop } from "./drop";
import { chosenFolder } from "./entries";
import { Plus } from "./icons";
import { PhotoButton } from "./PhotoButton";
import { TestFigures } from "./TestFigures";

/** Where folders of photos are dropped that say how often the set is right. */
export function Test({ state: { test, testing, askBelow, classes } }: { state: AppState }) {
  const { over, handlers } = useDrop((dropped) => void testOn(dropped));
  const place = useRef<HTMLElement>(null);
  const running = testing !== null;
  const ran = useRef(running);
  // The button Cancel goes away with the focus that it may have.
  useLayoutEffect(() => {
    if (ran.current && !running && document.activeElement === document.body)
      place.current?.focus({ preventScroll: true });
    ran.current = running;
  }, [running]);
  return (
    <section
      ref={place}
      class={over ? "test test-over" : "test"}
      aria-labelledby="test-title"
      tabIndex={-1}
      {...handlers}
    >
      <h3 id="test-title">{text.test.title}</h3>
      <p class="aside">{text.test.hint}</p>
      {testing ? (
        <p class="line test-progress">
          <progress value={testing.done} max={testing.total} aria-label={text.test.title} />
          <span>{text.test.progress(testing.done, testing.total)}</span>
          <Button class="button-small" onClick={stopTest}>
            {text.press.cancel}
          </Button>
        </p>
      ) : (
        <p class="line aside">
          <PhotoButton class="button-small" folder onFiles={(files) => void testOn(chosenFolder(files))}>
            <Plus />
            {text.test.folder}
          </PhotoButton>
          <span class="by-mouse">{text.test.drop}</span>
        </p>
      )}
      {test && <TestFigures test={test} askBelow={askBelow} classes={classes} />}
    </section>
  );
}
