import { createSession } from "wasm-verifier/session";

// The vendor's root keys: written into the page when it is built, never fetched from the server that is checked.
import { roots, product, allowTest } from "./roots.js";

const session = createSession({ roots, product, allowTest });
const the = (id) => document.getElementById(id);

session.on("change", ({ status, licence }) => {
  the("sign-in").hidden = status !== "signed_out";
  the("full").hidden = status !== "no_seat";
  the("inside").hidden = status !== "active";
  the("institute").textContent = licence?.claims.institute.name ?? "";
  the("export").hidden = licence?.feature("export") !== true;
});

the("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await session.signIn(Object.fromEntries(new FormData(event.target)));
  the("trouble").textContent = answer.ok ? "" : answer.problem.title;
});
the("wait").addEventListener("click", () => session.takeSeat({ wait: true }));
the("sign-out").addEventListener("click", () => session.signOut());
