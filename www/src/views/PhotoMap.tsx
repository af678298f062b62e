import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { correctReading, showReading } from "../actions/answer";
import { movePhotos, pick, toggleSelected } from "../actions/examples";
import { followPhotos } from "../actions/map";
import { ahead, hit, isAround, moved, type Point, shownAt, type View, whole, zoomed } from "../state/plane";
import {
  type AppState,
  NONE_KEY,
  type PhotoMap as PlacedPhotos,
  type Place as PlaceOfPhotos,
} from "../state/state";
import { placeOf } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { useGestures } from "./gestures";
import { useCanvas, useSize } from "./mapCanvas";
import { Picked } from "./Picked";
import { namesOf, type Place, placesOf } from "./places";
import { toned, toneOf } from "./tone";

/** Pictures are not shown larger than this, in pixels: closer up, photos only lie farther apart. */
const LARGEST = 72;
/** They cover each other a little. */
const LARGER = 1.2;
/** Sides of a photo that are left free around all. */
const MARGIN = 2;
/** Pixels of a side that can be pressed. */
const TARGET = 16;
/** Times that one step goes closer. */
const STEP = 1.6;

/** Where keys lead: to the nearest photo across and down. */
const DIRECTIONS: Partial<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Carried extends Point {
  ids: readonly number[];
  /** Where they would go if they were let go. */
  to: PlaceOfPhotos | undefined;
}

/** All photos of the set, those that are alike close together: to be looked at, picked and moved to other classes. */
export function PhotoMap({ state }: { state: AppState }) {
  const { map, mapping } = state;
  useEffect(followPhotos, []);
  if (map && mapping !== "failed") return <Chart map={map} state={state} />;
  return <p class="aside">{mapping === "failed" ? text.opinions.failed : text.opinions.working}</p>;
}

function Chart({ map, state }: { map: PlacedPhotos; state: AppState }) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [view, setView] = useState<View | null>(null);
  const [around, setAround] = useState(false);
  const [line, setLine] = useState<readonly Point[]>([]);
  const [carried, setCarried] = useState<Carried | null>(null);
  const [placeId, setPlaceId] = useState<number | null>(null);
  const [looking, setLooking] = useState(false);
  const hint = useId();
  const { mapping, examples, classes, negatives, unlabelled, readings, shown, quality, selected, language } =
    state;
  const places = useMemo(
    () => placesOf(map, state),
    [map, examples, classes, negatives, unlabelled, readings, quality, language],
  );
  const all = useMemo(() => whole([...map.places, ...map.asked], map.side * MARGIN, size), [map, size]);
  const now = view ?? all;
  const side = Math.min(LARGEST, map.side * LARGER * now.scale);
  const spots = useMemo(() => {
    const picked = new Set(selected);
    return places.map((place) => ({
      ...place,
      ...shownAt(place, now, size),
      picked: place.asked === undefined ? picked.has(place.id) : place.asked === shown,
      suspect: place.looksLike !== undefined,
      round: place.asked !== undefined,
    }));
  }, [places, selected, shown, now, size]);
  const names = useMemo(
    () => namesOf(places).map((name) => ({ ...name, ...shownAt(name, now, size) })),
    [places, now, size],
  );
  const canvas = useCanvas({ spots, names, line, side });
  const place = spots.find(({ id }) => id === placeId) ?? spots[0];
  const picked = places.filter(({ id }) => selected.includes(id));
  const others = [...classes.map(({ label }) => label), null].filter((label) =>
    picked.some((each) => each.label !== label),
  );

  const zoom = (times: number, at: Point = { x: size.width / 2, y: size.height / 2 }) =>
    setView((before) => zoomed(before ?? all, all, times, at, size));
  /** Picks a photo of the set, and shows one that was asked about. */
  const press = ({ id, asked }: Place) => (asked === undefined ? toggleSelected(id) : showReading(asked));
  /** Looks at a photo, which is brought into sight. */
  const lookAt = ({ id, x, y }: Place) => {
    setPlaceId(id);
    setLooking(true);
    const shift = (at: number, end: number) => Math.max(0, side - at) + Math.min(0, end - side - at);
    if (view) setView(moved(view, shift(x, size.width), shift(y, size.height)));
  };
  const gestures = useGestures<Place>({
    at: (point) => hit(spots, point, Math.max(side, TARGET)),
    around,
    over: (over) => {
      // What the keys have led to is still looked at.
      setLooking(over !== undefined || (box.current?.matches(":focus-visible") ?? false));
      if (over) setPlaceId(over.id);
    },
    press,
    pan: (dx, dy) => setView((before) => before && moved(before, dx, dy)),
    spread: zoom,
    line: (points, complete) => {
      setLine(complete ? [] : points);
      const within = spots.filter((spot) => spot.asked === undefined && isAround(points, spot));
      if (complete) pick(within.map(({ id }) => id));
    },
    carry: (held, at, letGo) => {
      const ids = selected.includes(held.id) ? picked.map(({ id }) => id) : [held.id];
      const to = at ? placeAt(at, state) : undefined;
      setCarried(at && !letGo ? { ...at, ids, to } : null);
      if (!letGo || to === undefined) return;
      if (held.asked === undefined) movePhotos(ids, to);
      else void correctReading(held.asked, to);
    },
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const order = spots.indexOf(place);
    const next = direction
      ? ahead(spots, place, direction)
      : { PageDown: spots[order + 1], PageUp: spots[order - 1], Home: spots[0], End: spots.at(-1) }[
          event.key
        ];
    if (next) lookAt(next);
    else if (event.key === "+") zoom(STEP, place);
    else if (event.key === "-") zoom(1 / STEP, place);
    else if (event.key === "Enter" || event.key === " ") press(place);
    else if (!direction) return;
    event.preventDefault();
  };

  return (
    <div class="map">
      <p class="aside" id={hint}>
        {text.map.hint} {map.asked.length > 0 && text.map.asked} <span class="by-mouse">{text.map.keys}</span>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <ul class="line map-classes" aria-label={text.map.classes} tabIndex={0}>
        {[...classes, { key: NONE_KEY, label: null }].map(({ key, label }) => (
          <li
            key={key}
            class={carried?.to === label ? "map-class map-class-over" : "map-class"}
            data-class={key}
            style={toned(toneOf(label, classes))}
          >
            <bdi>{label ?? text.answer.none}</bdi>
          </li>
        ))}
      </ul>
      <div
        class="map-box"
        role="listbox"
        aria-label={text.map.name(places.length)}
        aria-describedby={hint}
        aria-multiselectable="true"
        aria-activedescendant={place && `${hint}-photo`}
        tabIndex={0}
        ref={box}
        onFocus={() => setLooking(true)}
        onBlur={() => setLooking(false)}
        onKeyDown={onKeyDown}
        onWheel={(event) => {
          // Elsewhere the wheel scrolls the page.
          if (!event.ctrlKey && document.activeElement !== box.current) return;
          event.preventDefault();
          const { left, top } = event.currentTarget.getBoundingClientRect();
          zoom(event.deltaY < 0 ? STEP : 1 / STEP, { x: event.clientX - left, y: event.clientY - top });
        }}
        {...gestures}
      >
        <canvas class="map-canvas" ref={canvas} />
        {place && (
          <div
            id={`${hint}-photo`}
            class="map-photo"
            role="option"
            tabIndex={-1}
            aria-selected={place.picked}
            aria-label={place.looksLike ? text.map.looksLike(place.name, place.looksLike) : place.name}
            aria-posinset={spots.indexOf(place) + 1}
            aria-setsize={spots.length}
            style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${side}px`, height: `${side}px` }}
          />
        )}
        {place && looking && !carried && line.length === 0 && (
          <figure
            class="map-shown"
            style={{
              [place.x < size.width / 2 ? "right" : "left"]: "0",
              [place.y < size.height / 2 ? "bottom" : "top"]: "0",
            }}
            aria-hidden="true"
          >
            <img src={place.picture()} alt="" width="112" height="112" />
            <figcaption>
              <bdi>{place.looksLike ? text.map.looksLike(place.name, place.looksLike) : place.name}</bdi>
            </figcaption>
          </figure>
        )}
      </div>
      <div class="line">
        <Button class="button-small" aria-pressed={around} onClick={() => setAround(!around)}>
          {text.map.around}
        </Button>
        <Button class="button-small" onClick={() => zoom(STEP)}>
          {text.map.closer}
        </Button>
        <Button class="button-small" onClick={() => zoom(1 / STEP)}>
          {text.map.farther}
        </Button>
        <span class="aside" role="status">
          {mapping === "working" && text.map.earlier}
        </span>
      </div>
      <Picked
        ids={picked.map(({ id }) => id)}
        places={others}
        name={text.map.movePicked}
        onEmptied={() => box.current?.focus({ preventScroll: true })}
      />
      <a class="aside" href="#main">
        {text.map.lists}
      </a>
      {carried && (
        <p class="map-carried" style={{ left: `${carried.x}px`, top: `${carried.y}px` }}>
          {carried.to === undefined
            ? text.photos(carried.ids.length)
            : text.quality.move(carried.to ?? text.answer.none)}
        </p>
      )}
    </div>
  );
}

/** The place whose card or name is at a point of the window. */
function placeAt({ x, y }: Point, state: AppState): PlaceOfPhotos | undefined {
  const key = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-class]")?.dataset.class;
  return placeOf(state, key === undefined ? null : Number(key));
}
