/** Where in a photo its answer comes from. */
export { sensitivityOf } from "../engine/sensitivity";
