/** The session client's door in a browser. */

import { init } from "../browser.js";
import { sessions, type Session, type SessionOptions } from "./session.js";

export type * from "./index.js";

/** Goes on with the sign-in of this browser, if there is one; the answer is there at once and says where it stands. */
export const createSession: (options: SessionOptions) => Session = sessions(init);
