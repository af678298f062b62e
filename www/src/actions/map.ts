/** The map of the photos, while somebody looks at it. */
export { followPhotos } from "../engine/mapping";
