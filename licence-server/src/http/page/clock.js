// What time the server goes by, and an administrator's word about it where it is in doubt.

import { question } from "./dialog.js";
import { button, make, say, the } from "./elements.js";
import { moment } from "./times.js";

const STORIES = {
  sound: "The machine's clock and the time that the server trusts agree.",
  behind: "The machine's clock is behind a time that the server has seen already: the server goes by that one until the clock catches up.",
  disputed: "The machine's clock is more than an hour ahead of what the server can vouch for. Nothing ends by it until it has run so for a day, or until you say that it is right.",
};

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startClock({ session, act }) {
  let shown = "";

  const accept = () => act(() => session.post("/v1/admin/clock/accept"));
  const reset = () => question(
    {
      title: "Go back to the machine's clock?",
      text: "Every seat is given back, and the reason stands in the audit log. Do this only where the time that the server trusts is wrong.",
      act: "Set it back",
      isDanger: true,
      fields: [{ name: "reason", label: "Why", isNeeded: true }],
    },
    async ({ reason }) => {
      await session.post("/v1/admin/clock/reset", { reason });
      await act(async () => {});
    },
  );

  /** The buttons that help; drawn anew only when others do, so that nobody loses the one they stand on. */
  function offer(state) {
    if (state === shown) return;
    shown = state;
    const offers = {
      disputed: [button("The machine's clock is right", accept, { class: "primary" })],
      behind: [button("Go back to the machine's clock…", reset, { class: "danger" })],
    };
    the("clock-acts").replaceChildren(...(offers[state] ?? []));
  }

  return async () => {
    const { state, now, wall, mark, disputed_since: since } = await session.look("/v1/admin/clock");
    say(the("clock-story"), STORIES[state] ?? state);
    the("clock-story").dataset.state = state;
    const facts = [["The server goes by", now], ["The machine's clock says", wall], ["Trusted and written down", mark], ["In doubt since", since]];
    const shownFacts = facts.filter(([, secs]) => secs !== undefined);
    the("clock-facts").replaceChildren(...shownFacts.flatMap(([name, secs]) => [make("dt", {}, name), make("dd", {}, moment(secs))]));
    offer(state);
  };
}
