/**
 * Lets `using` do what `dispose()` does. Safari lacks `Symbol.dispose` up to version 27: a method of that name in a class
 * would there be called `undefined`.
 */
export function disposable(type: { readonly prototype: { dispose(): void } }): void {
  const key: symbol | undefined = Symbol.dispose;
  if (!key) return;
  Object.defineProperty(type.prototype, key, {
    configurable: true,
    writable: true,
    value(this: { dispose(): void }) {
      this.dispose();
    },
  });
}
