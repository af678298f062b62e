// Entry `handful/store` for Node, where nothing is stored, but files of sets are read and written.
import "../node.js";

export * from "./index.js";
