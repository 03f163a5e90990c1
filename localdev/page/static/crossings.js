// The list of changes on their way, newest first, each with the time it took.

import { element } from "./element.js";

const NAMES = { outlook: "Outlook", ibss: "IBSS" };
const OTHER = { outlook: "ibss", ibss: "outlook" };

export function drawCrossings(list, crossings) {
  list.replaceChildren(...crossings.map(crossing));
}

function crossing({ side, words, seconds }) {
  const took = seconds === null ? "crossing…" : `${seconds.toFixed(1)} s`;
  return element(
    "li",
    { class: `${side} ${seconds === null ? "under-way" : "done"}` },
    element("span", { class: "way" }, `${NAMES[side]} → ${NAMES[OTHER[side]]}`),
    element("span", { class: "took" }, took),
    element("span", { class: "words" }, words),
  );
}
