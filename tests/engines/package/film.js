// Videos that the page draws itself.

/** A stream that shows what is drawn on a canvas, 25 times a second, until its track is stopped by `end`. */
export function film(draw) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [200, 150];
  const context = canvas.getContext("2d");
  const stream = canvas.captureStream(25);
  const [track] = stream.getVideoTracks();
  const frames = setInterval(() => draw(context), 40);
  const end = () => {
    clearInterval(frames);
    track.stop();
  };
  return { stream, track, end };
}

/** A video element in the page that plays a stream. */
export async function play(stream) {
  const video = Object.assign(document.createElement("video"), { muted: true, srcObject: stream });
  document.body.append(video);
  await video.play();
  return video;
}
