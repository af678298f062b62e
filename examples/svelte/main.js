import { mount } from "svelte";
import Recogniser from "./Recogniser.svelte";

mount(Recogniser, { target: document.getElementById("app"), props: { labels: ["tomato", "leaf"] } });
