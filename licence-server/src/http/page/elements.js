// Elements, and the words in them. Text goes in as text, never as markup: a name that somebody chose is not to
// be trusted with the page.

/**
 * An element of the page, by its id.
 *
 * @template {HTMLElement} E
 * @param {string} id
 * @param {new () => E} type
 * @returns {E}
 */
export function the(id, type = HTMLElement) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/**
 * A new element.
 *
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {(string | Node)[]} children
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** A button that does something; while it does, it cannot be pressed again. */
export function button(text, act, attributes = {}) {
  const made = make("button", { type: "button", class: "quiet small", ...attributes }, text);
  onClick(made, act);
  return made;
}

/** Has a button do something, once at a time. */
export function onClick(element, act) {
  element.addEventListener("click", () => void busy(element, act));
}

/** Has a form do something instead of being sent by the browser, once at a time. */
export function onSubmit(form, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(form.querySelector("button[type=submit]"), act);
  });
}

/** Keeps a button from being pressed while something goes on, and leaves the keyboard where it was. */
async function busy(element, act) {
  if (element.getAttribute("aria-disabled") === "true") return;
  element.setAttribute("aria-disabled", "true");
  try {
    await act();
  } finally {
    element.removeAttribute("aria-disabled");
  }
}

/** Shows a text, or hides the element where there is none. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

/** A sentence as people write one, of one in lower case without its full stop. */
export function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `1 seat`, `2 seats`. */
export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}
