/** The photos of the map, with what is said of each. */
import { addressOf } from "../actions/answer";
import { thumbnailOf } from "../actions/examples";
import { groupBy } from "../lately";
import type { Point } from "../state/plane";
import type { AppState, PhotoMap } from "../state/state";
import { suspects, unlabelled } from "../state/updates";
import { text } from "../text";
import { toneOf } from "./tone";

export interface Place extends Point {
  /** Below 0 of a photo that was asked about. */
  id: number;
  /** The id of its reading, where it was asked about. */
  asked: number | undefined;
  /** The address of its picture, where there is one. */
  picture: () => string | undefined;
  /** Of its class; null beside all classes, undefined where nobody has said. */
  label: string | null | undefined;
  tone: number | undefined;
  /** What it is called, as in the list of its class. */
  name: string;
  /** The class that it looks like, where its label looks wrong. */
  looksLike: string | undefined;
}

type Said = Omit<Place, "id" | "x" | "y" | "asked" | "picture">;

/** The photos of the map that are still there, in the order of the classes, then those that have none, and those asked about. */
export function placesOf(map: PhotoMap, state: AppState): Place[] {
  const at = new Map(map.places.map((place) => [place.id, place]));
  const looks = new Map(suspects(state).map(({ id, looksLike }) => [id, looksLike]));
  const said = (ids: readonly number[], saidOf: (index: number, id: number) => Said) =>
    ids.flatMap((id, index) => {
      const place = at.get(id);
      const picture = () => thumbnailOf(id);
      return place ? [{ ...place, asked: undefined, picture, ...saidOf(index + 1, id) }] : [];
    });
  const readings = new Map(unlabelled(state).map((reading) => [reading.id, reading]));
  const byClass = groupBy(state.examples, ({ label }) => label);
  return [
    ...state.classes.flatMap((item) =>
      said(
        (byClass.get(item.label) ?? []).map(({ id }) => id),
        (index, id) => ({
          label: item.label,
          tone: toneOf(item.label, state.classes),
          name: text.card.photo(index, item.label),
          looksLike: looks.get(id),
        }),
      ),
    ),
    ...said(state.negatives, (index) => ({
      ...WITHOUT,
      label: null,
      name: text.card.photo(index, text.answer.none),
    })),
    ...said(state.unlabelled, () => ({ ...WITHOUT, name: text.encoder.photo(undefined) })),
    ...map.asked.flatMap(({ id, ...point }) => {
      const reading = readings.get(id);
      if (!reading) return [];
      const picture = () => reading.thumbnail ?? addressOf(id);
      return [
        { ...WITHOUT, ...point, id: -1 - id, asked: id, picture, name: text.answer.photo(reading.path) },
      ];
    }),
  ];
}

const WITHOUT = { label: undefined, tone: undefined, looksLike: undefined };

/** Where the name of each class stands: over the middle of its photos, but for the quarter that lies highest. */
export function namesOf(places: readonly Place[]): { label: string; x: number; y: number }[] {
  const nth = (values: readonly number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? 0;
  const labelled = places.filter(({ label }) => typeof label === "string");
  return Array.from(
    groupBy(labelled, ({ label }) => label ?? ""),
    ([label, own]) => ({
      label,
      x: nth(
        own.map(({ x }) => x),
        0.5,
      ),
      y: nth(
        own.map(({ y }) => y),
        0.25,
      ),
    }),
  );
}
