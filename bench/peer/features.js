// Reads a file of features, as the program `features` writes it; in Node and in the page.

/** What stands before the numbers. */
export function header(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = Number(view.getBigUint64(0, true));
  return { start: 8 + length, ...JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) };
}

/** The classes, the files in the order of their rows, and what the encoder says of each stream. */
export function about({ __metadata__ }) {
  const { classes, files, streams } = __metadata__;
  return { classes: JSON.parse(classes), files: JSON.parse(files), streams: JSON.parse(streams) };
}

/** The class of each photo, and its row: `clip` where there is one, then the other streams by name. */
export function photos(bytes) {
  const head = header(bytes);
  const numbers = (name, Kind) => {
    const [from, to] = head[name].data_offsets.map((offset) => head.start + offset);
    return new Kind(bytes.slice(from, to).buffer);
  };
  const { classes, streams } = about(head);
  const names = Object.keys(streams).sort((a, b) => (b === "clip") - (a === "clip") || (a < b ? -1 : 1));
  const parts = names.map((name) => ({ dim: head[name].shape[1], values: numbers(name, Float32Array) }));
  const labels = numbers("labels", Int32Array);
  const rows = Array.from(labels, (_, i) => {
    const row = new Float32Array(parts.reduce((sum, { dim }) => sum + dim, 0));
    let at = 0;
    for (const { dim, values } of parts) {
      row.set(values.subarray(i * dim, (i + 1) * dim), at);
      at += dim;
    }
    return row;
  });
  const given = (traits) => Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null));
  return {
    classes,
    labels,
    rows,
    streams: names.map((name, i) => ({
      name: name.replace(/^aux\./, ""),
      dim: parts[i].dim,
      ...given(streams[name]),
    })),
  };
}
