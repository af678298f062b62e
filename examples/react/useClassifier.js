import { Classifier } from "handful";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

/** A classifier for as long as the component is shown: `undefined` while it loads, disposed of at the end. */
export function useClassifier() {
  const [state, setState] = useState({});
  useEffect(() => {
    const unmount = new AbortController();
    const loading = Classifier.create({ signal: unmount.signal });
    loading.then(
      (classifier) => setState({ classifier }),
      (error) => unmount.signal.aborted || setState({ error }),
    );
    return () => {
      unmount.abort();
      setState({});
      loading.then((classifier) => classifier.dispose()).catch(() => {});
    };
  }, []);
  return state;
}

const NO_CLASSES = [];

/** The classes of a classifier, now and after every change. */
export function useClasses(classifier) {
  const subscribe = useCallback((listener) => classifier?.subscribe(listener) ?? (() => {}), [classifier]);
  return useSyncExternalStore(
    subscribe,
    () => classifier?.classes ?? NO_CLASSES,
    () => NO_CLASSES,
  );
}
