/**
 * Trusted Types: where the browser has them, the policy of the page forbids to turn text into markup or code. The one
 * thing that is let through is the address of a script in the page's own folder, which its workers need.
 */
interface Factory {
  createPolicy(name: "default", rules: { createScriptURL(address: string): string | null }): unknown;
}

export function trustOwnWorkers(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  trustedTypes?.createPolicy("default", {
    createScriptURL: (address) => (isOwn(address) ? address : null),
  });
}

function isOwn(address: string): boolean {
  const url = new URL(address, document.baseURI);
  const folder = new URL("./", document.baseURI);
  return url.href.startsWith(folder.href) && url.pathname.endsWith(".js");
}
