// A page that has the package, once it is told to: before that it can be made otherwise.
window.begin = async () => ({
  ...(await import("./package/dist/index.js")),
  ...(await import("./package/dist/store/index.js")),
});
