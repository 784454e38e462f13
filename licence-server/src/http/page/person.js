// What can be done with one person's account.

import { WITH_PICTURE, showCode } from "./code.js";
import { question } from "./dialog.js";
import { button } from "./elements.js";
import { acts } from "./list.js";

/** Buttons for a person. */
export function personActs({ id, username, is_enabled: isEnabled, is_applicant: isApplicant, has_password: hasPassword }, session, act) {
  const path = `/v1/admin/users/${id}`;
  const made = (text, kind) => button(text, () => act(async () => showCode(username, (await session.post(`${path}/${kind}${WITH_PICTURE}`)).new_code)), { "aria-label": `${text}: ${username}` });
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
    ...(isEnabled ? [made(hasPassword ? "Reset password" : "Invite", hasPassword ? "reset" : "invite")] : []),
    isEnabled
      ? button("Disable", disable, { "aria-label": `Disable ${username}` })
      : button(isApplicant ? "Let in" : "Enable", enable, { "aria-label": `${isApplicant ? "Let in" : "Enable"} ${username}` }),
    button("Erase", erase, { "aria-label": `Erase ${username}` }),
  );
}
