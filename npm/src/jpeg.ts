// What is read of a JPEG file (ITU T.81, annex B) before a browser decodes it.

/** Bytes read at a time; most headers lie within the first of them. */
const CHUNK = 65_536;

/** Start of frame, of every process: the segment with the size. Between them lie tables (DHT, JPG, DAC). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Width and height of the pixels as the file holds them, before they are turned; nothing for files of other kinds. */
export async function jpegSize(file: Blob): Promise<[width: number, height: number] | undefined> {
  let [start, bytes] = [0, new DataView(new ArrayBuffer(0))];
  /** The bytes at a place, at least as many as a segment's beginning has. */
  const at = async (place: number): Promise<number> => {
    if (place < start || place + 9 > start + bytes.byteLength) {
      start = place;
      bytes = new DataView(await file.slice(place, place + CHUNK).arrayBuffer());
    }
    return place - start;
  };
  let offset = await at(0);
  if (bytes.byteLength < 9 || bytes.getUint16(offset) !== 0xffd8) return undefined;
  for (let place = 2; ; ) {
    offset = await at(place);
    if (bytes.byteLength < offset + 9 || bytes.getUint8(offset) !== 0xff) return undefined;
    const marker = bytes.getUint8(offset + 1);
    if (isFrame(marker)) return [bytes.getUint16(offset + 7), bytes.getUint16(offset + 5)];
    // Any number of 0xff may stand before a marker.
    place += marker === 0xff ? 1 : 2 + bytes.getUint16(offset + 2);
  }
}
