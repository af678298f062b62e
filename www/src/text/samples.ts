/** What is taught with the camera, one after the other, and what is asked for meanwhile. */
export interface CameraSample {
  title: string;
  note: string;
  classes: Record<CameraKind, string>;
  prompts: Record<CameraKind, string>;
  done: string;
}

export type CameraKind = "face" | "hand";

/** What a language has to say of the sets that come with the page. */
import type { SampleClass, SampleName } from "../samples";

export type Samples = { title: string; camera: CameraSample } & {
  [Name in SampleName]: { title: string; note: string; classes: Record<SampleClass<Name>, string> };
};
