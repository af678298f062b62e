// A ZIP file whose files are stored as they are: models do not become smaller.
// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
import { concat, lengthOf, type Parts } from "./protobuf.js";

/** 1 January 1980, the first day that there is: equal files give equal bytes. */
const DATE = 0x21;

/** @param files - Their bytes by their names, of ASCII characters. Less than 4 GB in all. */
export function zip(files: Readonly<Record<string, Parts>>): Uint8Array<ArrayBuffer> {
  const [bodies, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const [name, parts] of Object.entries(files)) {
    const length = lengthOf(parts);
    const named = new TextEncoder().encode(name);
    // Version 2.0, no flags, stored, time, date, checksum, both sizes, length of the name, no extra field.
    const [wide, narrow] = [4, 2];
    const entry = numbers(
      [20, narrow],
      [0, narrow],
      [0, narrow],
      [0, narrow],
      [DATE, narrow],
      [crc32(parts), wide],
      [length, wide],
      [length, wide],
      [named.length, narrow],
      [0, narrow],
    );
    bodies.push(numbers([0x04034b50, wide]), entry, named, ...parts);
    // Made by version 2.0; then no comment, first disk, no attributes, where it begins.
    const rest = numbers([0, narrow], [0, narrow], [0, narrow], [0, wide], [at, wide]);
    directory.push(numbers([0x02014b50, wide], [20, narrow]), entry, rest, named);
    at += 4 + entry.length + named.length + length;
  }
  const index = concat(directory);
  const count = Object.keys(files).length;
  const end = numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [index.length, 4], [at, 4], [0, 2]);
  return concat([...bodies, index, end]);
}

/** Numbers in so many bytes each, the lowest first. */
function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)),
  );
}

/** The checksum of ISO 3309, whose table has what a byte changes. */
function crc32(parts: Parts): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let sum = 0xffffffff;
  for (const part of parts)
    for (const byte of part) sum = (table[(sum ^ byte) & 255] as number) ^ (sum >>> 8);
  return ~sum >>> 0;
}
