// For the core on the server, which reads its WebAssembly from the disk. The browser's part works without this line.
export default { serverExternalPackages: ["handful"] };
