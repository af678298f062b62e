// WebAssembly that a runtime imports as a module.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
