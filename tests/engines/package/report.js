// What a page finds, test by test, to be read by the program outside.
const results = [];
window.report = { results, running: "the page loads", finished: false };

for (const kind of ["error", "unhandledrejection"])
  addEventListener(kind, ({ message, reason }) =>
    results.push({
      name: `nothing goes wrong unheard`,
      error: `${kind}: ${message ?? reason?.stack ?? reason}`,
    }),
  );

export async function check(name, body) {
  window.report.running = name;
  let error = "";
  try {
    await body();
  } catch (failure) {
    error = `${failure}\n${failure?.stack}`;
  }
  results.push({ name, error });
}

export function finish() {
  window.report.finished = true;
}

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
