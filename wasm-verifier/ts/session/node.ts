/** The session client's door in Node.js: for programs that hold a seat, and for tests. */

import { init } from "../node.js";
import { sessions, type Session, type SessionOptions } from "./session.js";

export type * from "./index.js";

/** Makes a session; in Node.js it starts signed out, and `delivery: "body"` is the one that works. */
export const createSession: (options: SessionOptions) => Session = sessions(init);
