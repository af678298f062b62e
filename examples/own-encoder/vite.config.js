// Both packages find their WebAssembly beside their own files.
export default { optimizeDeps: { exclude: ["handful", "onnxruntime-web"] }, build: { target: "es2022" } };
