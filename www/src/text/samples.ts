/** What a language has to say of the sets that come with the page. */
import type { SampleClass, SampleName } from "../samples";

export type Samples = { title: string } & {
  [Name in SampleName]: { title: string; note: string; classes: Record<SampleClass<Name>, string> };
};
