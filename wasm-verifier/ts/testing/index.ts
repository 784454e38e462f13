/** The door for tests: an authority, a server and a clock that are made up, over the real formats and the real verifier. */

export { createTestAuthority, type TestAuthority, type TestLicence, type TestTerms } from "./authority.js";
export { createTestTabs, type Abilities, type TestTab, type TestTabs } from "./browser.js";
export { createFakeClock, type FakeClock } from "./clock.js";
export { createTestServer, type Served, type TestServer } from "./server.js";
export type { TestBrowser } from "./site.js";
