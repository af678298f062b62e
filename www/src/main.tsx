import { render } from "preact";
import { historyKeys } from "./actions/history";
import { paste } from "./actions/intake";
import { keepJudging } from "./engine/judging";
import { start } from "./engine/session";
import { App } from "./views/App";
import "./style/tokens.css";
import "./style/base.css";
import "./style/page.css";
import "./style/teach.css";
import "./style/answer.css";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");
render(<App />, root);

document.addEventListener("keydown", historyKeys);
document.addEventListener("paste", paste);
keepJudging();
void start();
