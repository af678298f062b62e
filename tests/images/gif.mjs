/** A GIF of 4 x 4 pixels, half black and half white. */
export const GIF = Buffer.from(
  "R0lGODdhBAAEAIEAAP///wAAAAAAAAAAACwAAAAABAAEAAAIDAADABBIEMDAgwQDAgA7",
  "base64",
);
