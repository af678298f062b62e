import { render } from "preact";
import { historyKeys } from "./actions/history";
import { paste } from "./actions/intake";
import { recallPreferences } from "./actions/preferences";
import { shippedEncoder } from "./engine/encoders";
import { keepExpecting } from "./engine/expecting";
import { keepExplaining } from "./engine/explaining";
import { keepJudging } from "./engine/judging";
import { keepLooking } from "./engine/looking";
import { keepOffline } from "./engine/offline";
import { start } from "./engine/session";
import { keepSuggesting } from "./engine/suggesting";
import { trustOwnWorkers } from "./trusted";
import { App } from "./views/App";
import "./style/tokens.css";
import "./style/base.css";
import "./style/page.css";
import "./style/camera.css";
import "./style/teach.css";
import "./style/answer.css";
import "./style/test.css";

trustOwnWorkers();
const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");
recallPreferences();
render(<App />, root);

document.addEventListener("keydown", historyKeys);
document.addEventListener("paste", paste);
keepJudging();
keepLooking();
keepSuggesting();
keepExpecting();
keepExplaining();
// Once the page is seen: megabytes are not to come before it. One that is not looked at draws nothing to wait for.
if (document.hidden) void start();
else requestAnimationFrame(() => setTimeout(start));
void shippedEncoder().then(keepOffline);
