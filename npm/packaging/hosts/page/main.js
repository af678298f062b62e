// The page of every host: what it asks of the package stands in recogniser.js.
import { show } from "./page.js";
import * as recogniser from "./recogniser.js";

show(recogniser);
