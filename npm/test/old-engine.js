// Takes away what Safari 16.4, the oldest that has WebAssembly SIMD, lacks, so that whatever uses it fails. Runs before all else, in
// Node and in pages; no module, because it has to work as both.
{
  const missing = {
    Array: ["fromAsync"],
    ArrayBuffer: ["transfer", "transferToFixedLength", "detached"],
    AbortSignal: ["any"],
    Error: ["isError"],
    Iterator: [
      "from",
      "map",
      "filter",
      "take",
      "drop",
      "flatMap",
      "reduce",
      "toArray",
      "forEach",
      "some",
      "every",
      "find",
    ],
    Map: ["groupBy", "getOrInsert", "getOrInsertComputed"],
    Math: ["f16round", "sumPrecise"],
    Object: ["groupBy"],
    Promise: ["withResolvers", "try"],
    ReadableStream: ["from", "values", Symbol.asyncIterator],
    RegExp: ["escape"],
    Response: ["json", "bytes"],
    Blob: ["bytes"],
    Set: [
      "union",
      "intersection",
      "difference",
      "symmetricDifference",
      "isSubsetOf",
      "isSupersetOf",
      "isDisjointFrom",
    ],
    StorageManager: ["persist", "persisted"],
    URL: ["canParse", "parse"],
    Uint8Array: ["fromBase64", "fromHex", "toBase64", "toHex", "setFromBase64", "setFromHex"],
  };
  for (const [name, keys] of Object.entries(missing))
    for (const owner of [globalThis[name], globalThis[name]?.prototype])
      if (owner) for (const key of keys) delete owner[key];
  for (const name of [
    "AsyncDisposableStack",
    "DisposableStack",
    "Float16Array",
    "ImageDecoder",
    "Iterator",
    "SuppressedError",
  ])
    delete globalThis[name];
  // These cannot be deleted: another constructor of the same symbols takes their place.
  const { dispose: _, asyncDispose: __, ...own } = Object.getOwnPropertyDescriptors(Symbol);
  const create = Symbol;
  const Old = (description) => create(description);
  delete own.length;
  delete own.name;
  delete own.prototype;
  Object.defineProperties(Old, own);
  Object.defineProperty(Old, "prototype", { value: create.prototype });
  globalThis.Symbol = Old;
}
