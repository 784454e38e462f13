let isLoaded = false;

/** Makes `init` of what loads the module: once for all callers, and again after a failure. */
export function loader(load: () => Promise<unknown>): () => Promise<void> {
  let loading: Promise<void> | undefined;
  return () => {
    loading ??= load().then(
      () => {
        isLoaded = true;
      },
      (failure: unknown) => {
        loading = undefined;
        throw failure;
      },
    );
    return loading;
  };
}

/** Checks that the module is there. */
export function needLoaded(): void {
  if (!isLoaded) throw new Error("the verifier is not loaded yet: `await init()` first");
}
