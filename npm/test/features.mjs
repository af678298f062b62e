/** Features of real photos, where this machine has them. */
export const FEATURES = new URL("../../../shared/data/features/", import.meta.url);

/** The rows of a pool, each with its class. */
export function pool(file, name) {
  const end = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, end));
  const bytes = (tensor) => file.subarray(end + tensor.data_offsets[0], end + tensor.data_offsets[1]);
  const { shape, ...features } = header[`${name}.features`];
  const [halves, classes] = [bytes(features), bytes(header[`${name}.labels`])];
  return Array.from({ length: shape[0] }, (_, i) => ({
    label: `class ${classes.readUInt32LE(4 * i)}`,
    features: Float32Array.from({ length: shape[1] }, (_, d) =>
      half(halves.readUInt16LE(2 * (i * shape[1] + d))),
    ),
  }));
}

/** A number of half precision. */
function half(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >> 15 ? -size : size;
}
