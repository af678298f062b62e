// The camera by its tag, whose properties and events are known to the compiler.
import { Classifier } from "handful";
import "handful/camera";

const classifier = await Classifier.create();
for (const label of ["tomato", "leaf"]) classifier.addClass(label);
const output = document.querySelector("output");

export const camera = (
  <handful-camera
    classifier={classifier}
    fps={20}
    facing="user"
    mirrored
    onanswer={({ detail }) => {
      if (output) output.value = `${detail.label}, ${Math.round(100 * detail.probability)} %`;
    }}
    onproblem={({ detail }) => console.error(detail.code)}
  />
);

// @ts-expect-error A number, but in plain HTML.
export const rate = <handful-camera fps="5" />;
// @ts-expect-error There is no such side.
export const facing = <handful-camera facing="sideways" />;
// @ts-expect-error A classifier, not its options.
export const options = <handful-camera classifier={{ text: false }} />;
