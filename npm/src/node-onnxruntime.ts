// Entry `handful/onnxruntime` for Node: what it starts its worker with comes with the entry `handful`.
import "./node.js";

export * from "./onnxruntime.js";
