// The browser that the tests are told of.

import { chromium } from "playwright-core";

/** In a container there is neither a sandbox nor a graphics card; and a test asks nobody but our own server. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts it, with further flags; the other options are Playwright's. */
export function launch({ flags = [], ...options } = {}) {
  const executablePath = process.env.LICENCE_CHROMIUM;
  if (!executablePath) throw new Error("`LICENCE_CHROMIUM` names no browser: run `cargo xtask test`, which sets it up");
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags], ...options });
}
