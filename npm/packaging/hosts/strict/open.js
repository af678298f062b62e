// With `require-trusted-types-for 'script'` the address of a worker needs a policy; this one lets own scripts through.
import { Classifier } from "handful";

globalThis.trustedTypes?.createPolicy("default", {
  createScriptURL: (address) => (new URL(address, location.href).origin === location.origin ? address : null),
});

export const open = () => Classifier.create();
