/** The door of Node.js: the module is read from beside this file. */

import { readFile } from "node:fs/promises";

import { loader } from "./loading.js";
import load from "./wasm_verifier.js";

export * from "./index.js";

/** Loads the verifier; call it once and await it before anything else. Calling it again does no harm. */
export const init: () => Promise<void> = loader(async () => {
  await load({ module_or_path: await readFile(new URL("wasm_verifier_bg.wasm", import.meta.url)) });
});
