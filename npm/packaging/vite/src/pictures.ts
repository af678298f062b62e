// Pictures that are drawn here: red discs and blue chessboards of many sizes and places.

export type Thing = "disc" | "square";

/** The same number gives the same picture. */
export function draw(thing: Thing, number: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = 200 + 17 * number;
  canvas.height = 160 + 11 * number;
  const context = contextOf(canvas);
  context.fillStyle = `hsl(40 20% ${88 - 2 * number}%)`;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const size = canvas.height * (0.3 + 0.01 * number);
  const [x, y] = [canvas.width / 2 + 3 * (number % 3), canvas.height / 2 - 2 * (number % 4)];
  context.fillStyle = thing === "disc" ? `hsl(${number * 3} 85% 45%)` : `hsl(${220 + number * 3} 85% 45%)`;
  context.beginPath();
  if (thing === "disc") context.arc(x, y, size, 0, 2 * Math.PI);
  else {
    // A chessboard: an encoder that looks at textures more than at outlines sees the difference too.
    const field = size / 3;
    for (let i = 0; i < 36; i += 1) {
      const [column, row] = [i % 6, Math.floor(i / 6)];
      if ((column + row) % 2 === 0)
        context.rect(x - size + column * field, y - size + row * field, field, field);
    }
  }
  context.fill();
  return canvas;
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2d context");
  return context;
}

export async function fileOf(canvas: HTMLCanvasElement, name: string, type: string): Promise<File> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, 0.95));
  if (!blob) throw new Error("the canvas gave no file");
  return new File([blob], name, { type });
}

/** The picture turned by a quarter, clockwise. */
export function turned(picture: HTMLCanvasElement | ImageBitmap): HTMLCanvasElement {
  const result = document.createElement("canvas");
  [result.width, result.height] = [picture.height, picture.width];
  const context = contextOf(result);
  context.translate(result.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(picture, 0, 0);
  return result;
}

/** A JPEG file that says, as cameras do, that it is to be shown turned by a quarter, clockwise. */
export async function withTurnMark(jpeg: Blob): Promise<Blob> {
  const bytes = new Uint8Array(await jpeg.arrayBuffer());
  // The file begins with two bytes and the segment APP0, whose length stands in its third and fourth byte.
  const start = 4 + new DataView(bytes.buffer).getUint16(4);
  // Segment APP1: "Exif", big-endian TIFF, one directory with one entry, the orientation (0x0112) = 6.
  const exif = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 77, 77, 0, 42, 0, 0, 0, 8, 0, 1];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
  const segment = Uint8Array.from([...exif, ...entry]);
  return new Blob([bytes.subarray(0, start), segment, bytes.subarray(start)], { type: "image/jpeg" });
}
