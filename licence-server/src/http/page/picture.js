// Pictures drawn by the page itself, element by element: no text becomes markup.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** An element of a picture. */
export function draw(name, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.append(...children);
  return element;
}

/** A QR code as the server describes it: dark on light whatever the page's colours, or no camera reads it. */
export function qrCode({ size, path }, words) {
  const ground = draw("rect", { width: size, height: size, fill: "#fff" });
  return draw("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": words, class: "qr" }, ground, draw("path", { d: path, fill: "#000" }));
}
