/** A worker that lays photos out by their features. */
import type { Matrix } from "../layout/components";
import { layOut } from "../layout/layout";

addEventListener("message", ({ data }: MessageEvent<Matrix>) => postMessage(layOut(data)));
