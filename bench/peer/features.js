// Reads and writes files of features, as the program `features` writes them; in Node and in the page.

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

/** A file of features of one network, for photos that another file names: its labels and metadata, other rows. */
export function withRows(bytes, name, rows) {
  const head = header(bytes);
  const { classes, files } = head.__metadata__;
  const [from, to] = head.labels.data_offsets;
  const labels = bytes.subarray(head.start + from, head.start + to);
  const values = new Uint8Array(Float32Array.from(rows.flat()).buffer);
  const tensor = `aux.${name}`;
  const none = { scale: null, temperature: null, weight: null, plain: false };
  const streams = JSON.stringify({ [tensor]: none });
  const text = JSON.stringify({
    __metadata__: { classes, files, streams },
    labels: { dtype: "I32", shape: head.labels.shape, data_offsets: [0, labels.length] },
    [tensor]: {
      dtype: "F32",
      shape: [rows.length, rows[0].length],
      data_offsets: [labels.length, labels.length + values.length],
    },
  });
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(json.length), true);
  const file = new Uint8Array(8 + json.length + labels.length + values.length);
  let at = 0;
  for (const part of [size, json, labels, values]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
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
