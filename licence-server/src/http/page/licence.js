// The licence in force, those that were installed, and installing one: a file, chosen or dropped.

import { licenceInForce } from "./api.js";
import { chain } from "./chain.js";
import { count, make, say, the } from "./elements.js";
import { List, mark } from "./list.js";
import { day, daysLeft } from "./times.js";

/** The format's limit; what is larger is not even read. */
const FILE_BYTES_MAX = 64 * 1024;

const KINDS = { valid: "good", in_force: "good", staged: "good", expiring: "warn", grace: "warn", not_yet: "warn", expired: "bad", revoked: "bad" };

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startLicence({ session, act }) {
  const list = new List(the("licences"), {
    caption: "Licences that were installed, the newest last",
    nothing: "None was installed.",
    columns: [
      ["Serial", ({ serial, revision }) => `${serial}, revision ${revision}`],
      ["Seats", ({ seats }) => seats.toLocaleString()],
      ["From", ({ starts_at: start }) => day(start)],
      ["To", ({ ends_at: end }) => (end === undefined ? "without end" : day(end))],
      ["State", ({ state }) => mark(state.replaceAll("_", " "), KINDS[state])],
    ],
  });

  async function install(file) {
    say(the("installed"), "");
    await act(async () => {
      if (file.size > FILE_BYTES_MAX) throw new Error(`${file.name} is larger than a licence file can be. Choose the file that the vendor sent.`);
      const isReplaced = the("replace", HTMLInputElement).checked;
      const path = `/v1/admin/licences${isReplaced ? "?replace=true" : ""}`;
      const installed = await session.call("POST", path, { body: await file.text(), headers: { "Content-Type": "text/plain" } });
      say(the("installed"), told(installed));
    });
    the("licence-file", HTMLInputElement).value = "";
  }

  receive(the("drop"), the("licence-file", HTMLInputElement), install);

  return async () => {
    list.showRows((await session.look("/v1/admin/licences")).items);
    showInForce(await licenceInForce());
  };
}

/** Takes a file that is chosen in the field, or dropped on the place around it. */
function receive(place, field, install) {
  field.addEventListener("change", () => field.files.length > 0 && void install(field.files[0]));
  for (const name of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("over", name === "dragover");
      const [file] = name === "drop" ? event.dataTransfer.files : [];
      if (file) void install(file);
    });
  }
}

function told({ serial, revision, seats, state, starts_at: start, list, revoked }) {
  if (list !== undefined) return `Revocation list ${list} is installed; it takes back ${count(revoked.length, "licence")} that ${revoked.length === 1 ? "was" : "were"} installed here.`;
  const standing = { staged: `takes over on ${day(start)}`, in_force: "is in force", superseded: "is put back, and another one is in force", expired: "is put back, and has ended", revoked: "is put back, and was taken back by the vendor" }[state];
  return `Licence ${serial}, revision ${revision}, with ${count(seats, "seat")} ${standing}.`;
}

function showInForce(licence) {
  say(the("no-licence"), licence ? "" : "No licence is in force. Install the file that the vendor sent.");
  const facts = licence ? factsOf(licence) : [];
  the("licence-facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  the("chain").replaceChildren(...(licence ? chain(licence.file).map(link) : []));
}

function factsOf({ institute, product, state, seats, starts_at: start, expires_at: end, grace_until: grace, server_time: now }) {
  const ends = end === undefined ? "never" : `${day(end)} (${count(daysLeft(end, now), "day")} left)`;
  const facts = [
    ["State", mark(state.replaceAll("_", " "), KINDS[state])],
    ["Institute", institute],
    ["Application", product],
    ["Seats", seats.total.toLocaleString()],
    ["Begins", day(start)],
    ["Ends", ends],
  ];
  return grace === undefined ? facts : [...facts, ["Works after that until", day(grace)]];
}

function link({ what, who, key }) {
  const words = make("div", {}, make("strong", {}, what), " ", make("span", { class: "muted" }, who));
  if (key !== "") words.append(make("code", {}, key));
  return make("li", {}, words);
}
