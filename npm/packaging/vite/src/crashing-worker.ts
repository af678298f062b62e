// The worker of the package in a file of the page's own. Under the name "fragile" it fails at the first image.
import "handful/worker";

if (self.name === "fragile") {
  const work = self.onmessage;
  self.onmessage = (event: MessageEvent<{ kind: string }>) => {
    if (event.data.kind === "encode") throw new Error("boom");
    work?.call(self, event);
  };
}
