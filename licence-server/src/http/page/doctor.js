// What there is to mend, in the words of the command `doctor`.

import { count, onClick, say, sentence, the } from "./elements.js";
import { List, mark } from "./list.js";

/** @param {{ session: import("./api.js").Session, act: (deed: () => Promise<unknown>) => Promise<void> }} house */
export function startDoctor({ session, act }) {
  const list = new List(the("checks"), {
    caption: "What was looked at",
    nothing: "Nothing was looked at.",
    columns: [
      ["What", ({ check }) => check],
      ["State", ({ is_well: isWell }) => (isWell ? mark("well", "good") : mark("to mend", "bad"))],
      ["Found", ({ sentence: found }) => sentence(found)],
      ["Remedy", ({ remedy }) => (remedy === undefined ? "" : sentence(remedy))],
    ],
  });
  onClick(the("look-again"), () => act(async () => {}));
  return async () => {
    const { items } = await session.look("/v1/admin/doctor");
    const ill = items.filter(({ is_well: isWell }) => !isWell).length;
    say(the("doctor-story"), ill === 0 ? "Nothing is to be mended." : `${count(ill, "thing")} to mend.`);
    the("doctor-story").dataset.state = ill === 0 ? "well" : "ill";
    list.showRows(items);
  };
}
