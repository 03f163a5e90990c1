// One day of several calendars, drawn as columns.

import { element } from "./element.js";

const FIRST_HOUR_SHOWN = 5;
const minutes = (text) => Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16));

export class Calendar {
  #place;
  #open;
  #book;
  #known = null; // what was shown last, to make what is new stand out

  // `open(meeting)` is called for a meeting, `book(column, hour)` for an empty hour.
  constructor(place, { open, book }) {
    this.#place = place;
    this.#open = open;
    this.#book = book;
  }

  draw(columns, meetings, day) {
    const scrolled = this.#place.querySelector(".hours")?.scrollTop;
    const seen = new Set(meetings.map(signature));
    const today = meetings.filter((it) => it.start.slice(0, 10) <= day && it.end > `${day}T00:00`);
    const heads = columns.map((it) => element("div", { class: "head" }, element("b", {}, it.name), element("small", {}, it.hint)));
    const bodies = columns.map((it) => this.#column(it, today.filter((meeting) => meeting.calendar === it.id), day));
    const hours = element("div", { class: "hours", tabindex: "0" }, scale(), ...bodies);
    this.#place.replaceChildren(element("div", { class: "heads" }, element("div"), ...heads), hours);
    hours.scrollTop = scrolled ?? (FIRST_HOUR_SHOWN * hours.scrollHeight) / 24;
    this.#known = seen;
  }

  #column(column, meetings, day) {
    const body = element("div", { class: "column", "data-calendar": column.id });
    body.append(...lanes(meetings).map((placed) => this.#block(placed, day)));
    body.addEventListener("click", (click) => {
      if (click.target === body) this.#book(column, Math.floor((24 * click.offsetY) / body.clientHeight));
    });
    return body;
  }

  #block({ meeting, lane, of }, day) {
    const from = meeting.start.slice(0, 10) < day ? 0 : minutes(meeting.start);
    const to = meeting.end.slice(0, 10) > day ? 24 * 60 : minutes(meeting.end);
    const fresh = this.#known && !this.#known.has(signature(meeting));
    const told = meeting.edit.subject && meeting.edit.subject !== meeting.subject ? `Organiser's subject: ${meeting.edit.subject}` : undefined;
    const block = element(
      "button",
      { type: "button", class: `meeting ${meeting.note.split(" ")[0]} ${fresh ? "fresh" : ""} ${to - from < 45 ? "short" : ""}`, "data-id": meeting.id, title: told },
      element("b", {}, meeting.subject || "(no subject)"),
      element("span", {}, `${meeting.start.slice(11)}–${meeting.end.slice(11)}`),
      element("small", {}, [meeting.hostName || "no host", meeting.note].filter(Boolean).join(" · ")),
    );
    const place = { from: from / 60, hours: (to - from) / 60, lane, lanes: of };
    for (const [name, value] of Object.entries(place)) block.style.setProperty(`--${name}`, value);
    block.addEventListener("click", () => this.#open(meeting));
    return block;
  }
}

function signature(meeting) {
  return JSON.stringify([meeting.id, meeting.subject, meeting.start, meeting.end, meeting.people, meeting.rooms]);
}

function scale() {
  const marks = Array.from({ length: 24 }, (_, hour) => element("span", {}, `${String(hour).padStart(2, "0")}:00`));
  return element("div", { class: "scale", "aria-hidden": "true" }, ...marks);
}

// Meetings at the same time stand beside each other.
function lanes(meetings) {
  const placed = [];
  for (const meeting of meetings.toSorted((one, other) => one.start.localeCompare(other.start))) {
    const beside = placed.filter((it) => it.meeting.end > meeting.start);
    const taken = new Set(beside.map((it) => it.lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    const of = Math.max(lane + 1, ...beside.map((it) => it.of));
    for (const it of beside) it.of = of;
    placed.push({ meeting, lane, of });
  }
  return placed;
}
