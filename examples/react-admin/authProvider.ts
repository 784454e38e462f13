import type { AuthProvider } from "react-admin";
import type { Session } from "wasm-verifier/session";

/** react-admin's view of a session. Renewal, tabs and sign-out are the session's business. */
export function authProvider(session: Session): AuthProvider {
  return {
    async login({ username, password }) {
      const answer = await session.signIn({ username, password });
      if (!answer.ok) throw new Error("title" in answer.problem ? answer.problem.title : answer.problem.message);
    },
    async logout() {
      await session.signOut();
    },
    async checkAuth() {
      await session.ready;
      if (session.state.status === "signed_out") throw new Error("signed out");
    },
    // The session has renewed and repeated already: a 401 that comes this far is the service's, and a 403 is no sign-out.
    async checkError({ status }) {
      if (status === 401 && session.state.status === "signed_out") throw new Error("signed out");
    },
    async getIdentity() {
      const claims = session.claims();
      return { id: claims?.sub ?? "" };
    },
    async getPermissions() {
      return session.claims()?.roles ?? [];
    },
    async canAccess({ action }) {
      // What the institute has bought, and what the person may do: both come from verified signatures.
      if (action === "export") return session.state.licence?.feature("export") === true;
      return session.claims() !== undefined;
    },
  };
}
