// The seat board: how many seats there are, who holds one, who waits, and taking one away.

import { licenceInForce } from "./api.js";
import { question } from "./dialog.js";
import { button, count, make, say, sentence, the } from "./elements.js";
import { List, acts, mark, named } from "./list.js";
import { daysLeft, when } from "./times.js";

/** More seats than this are told by their number alone. */
const PICTURES_MAX = 60;

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startSeats({ session, act }) {
  const holders = new List(the("holders"), {
    caption: "Who holds a seat",
    nothing: "Nobody holds a seat.",
    columns: [
      ["Person", named],
      ["Device", ({ device, borrowed }) => make("span", {}, device ?? "", borrowed ? mark("taken along", "warn") : "")],
      ["Since", ({ since }) => when(since)],
      ["Until", ({ lease_end: end }) => when(end)],
      ["What to do", (row) => acts(row.borrowed ? writeOff(row) : release(row))],
    ],
  });
  const queue = new List(the("queue"), {
    caption: "Who waits for a seat",
    nothing: "Nobody waits.",
    columns: [
      ["Person", named],
      ["Place", ({ place }) => String(place)],
      ["State", ({ state }) => mark(state)],
      ["Kept until", ({ kept_until: until }) => when(until)],
    ],
  });
  holders.again = () => act(async () => {});

  function release({ user, username }) {
    const ask = () => question(
      {
        title: `Release the seat of ${username}?`,
        text: "The person stays signed in, and what they have open stops until they have a seat again. The seat is the queue's; or it is kept for somebody for five minutes.",
        act: "Release the seat",
        isDanger: true,
        fields: [{ name: "for", label: "Keep it for (a name; may be empty)" }],
      },
      async ({ for: heir }) => {
        await session.post("/v1/admin/seats/release", heir === "" ? { user } : { user, for: heir });
        await act(async () => {});
      },
    );
    return button("Release", ask, { "aria-label": `Release the seat of ${username}` });
  }

  function writeOff({ borrowed, username }) {
    const ask = () => question(
      {
        title: `Write off the seat that ${username} took along?`,
        text: "Others can have the seat, and its copy on that device works to its end all the same.",
        act: "Write it off",
        isDanger: true,
      },
      async () => {
        await session.post(`/v1/admin/seats/borrowed/${borrowed}/write-off`);
        await act(async () => {});
      },
    );
    return button("Write off", ask, { "aria-label": `Write off the seat that ${username} took along` });
  }

  return async () => {
    const { total, in_use: taken, warnings } = await holders.show(session, "/v1/admin/seats");
    queue.showRows((await session.look("/v1/admin/seats/queue")).items);
    showBoard(total, taken);
    say(the("notice"), notices(await licenceInForce(), warnings).join(" "));
  };
}

function showBoard(total, taken) {
  const board = the("board");
  board.dataset.total = String(total);
  board.dataset.taken = String(taken);
  say(the("seats-story"), total === 0 ? "There is no licence in force, so there are no seats." : `${taken.toLocaleString()} of ${count(total, "seat")} in use`);
  const pictures = Array.from({ length: total }, (_, index) => make("span", { class: index < taken ? "seat taken" : "seat" }));
  const meter = make("meter", { min: "0", max: String(total), value: String(taken), "aria-label": "Seats in use" });
  board.replaceChildren(...(total > PICTURES_MAX ? [meter] : pictures));
}

/** What an administrator should know before anybody is kept out. Of the licence more is known than its end. */
function notices(licence, warnings) {
  const others = warnings.filter(({ about }) => about !== "licence_end");
  const ofLicence = standing(licence, others.length < warnings.length);
  return [...(ofLicence === "" ? [] : [ofLicence]), ...others.map(({ sentence: words }) => sentence(words))];
}

function standing(licence, isEndNear) {
  if (licence === undefined) return "No licence is installed: nobody can take a seat.";
  const { state, expires_at: end, grace_until: grace, server_time: now } = licence;
  if (state === "expiring" || (state === "valid" && isEndNear)) return `The licence ends in ${count(daysLeft(end, now), "day")}: ask the vendor for a renewal.`;
  if (state === "grace") return `The licence has ended. Everything works for ${count(daysLeft(grace, now), "more day")}: ask the vendor for a renewal.`;
  if (state === "expired" || state === "revoked") return `The licence is ${state}: nobody can take a seat until another is installed.`;
  return "";
}
