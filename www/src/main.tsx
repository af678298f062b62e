import { render } from "preact";
import { historyKeys } from "./actions/history";
import { paste } from "./actions/intake";
import { recallPreferences } from "./actions/preferences";
import { keepJudging } from "./engine/judging";
import { keepOffline } from "./engine/offline";
import { keepAskingToPersist } from "./engine/persistence";
import { encoderReady, start } from "./engine/session";
import { trustOwnWorkers } from "./trusted";
import { App } from "./views/App";
import "./style/tokens.css";
import "./style/base.css";
import "./style/page.css";
import "./style/teach.css";
import "./style/answer.css";

trustOwnWorkers();
const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");
recallPreferences();
render(<App />, root);

document.addEventListener("keydown", historyKeys);
document.addEventListener("paste", paste);
keepJudging();
keepAskingToPersist();
void start();
void encoderReady().then(keepOffline);
