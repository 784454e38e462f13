// What can be done with one person's account.

import { question } from "./dialog.js";
import { button } from "./elements.js";
import { acts } from "./list.js";

/** Buttons for a person. */
export function personActs({ id, username, is_enabled: isEnabled }, session, act) {
  const path = `/v1/admin/users/${id}`;
  const disable = () => question(
    {
      title: `Keep ${username} out?`,
      text: "All sign-ins of the person end at once, and the account stays: you can let the person in again.",
      act: "Keep out",
      isDanger: true,
    },
    async () => {
      await session.post(`${path}/disable`);
      await act(async () => {});
    },
  );
  const erase = () => question(
    {
      title: `Erase ${username}?`,
      text: "The account goes with its data and sign-ins, and cannot be brought back. The audit log keeps the id and no name.",
      act: "Erase",
      isDanger: true,
    },
    async () => {
      await session.call("DELETE", path);
      await act(async () => {});
    },
  );
  const enable = () => act(() => session.post(`${path}/enable`));
  return acts(
    isEnabled
      ? button("Disable", disable, { "aria-label": `Disable ${username}` })
      : button("Enable", enable, { "aria-label": `Enable ${username}` }),
    button("Erase", erase, { "aria-label": `Erase ${username}` }),
  );
}
