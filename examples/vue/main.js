import { createApp } from "vue";
import Recogniser from "./Recogniser.vue";

createApp(Recogniser, { labels: ["tomato", "leaf"] }).mount("#app");
