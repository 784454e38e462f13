/** The browser's door: the module is fetched from beside this file. */

import { loader } from "./loading.js";
import load from "./wasm_verifier.js";

export * from "./index.js";

/** Loads the verifier; call it once and await it before anything else. Calling it again does no harm. */
export const init: () => Promise<void> = loader(() => load());
