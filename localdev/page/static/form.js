// The form to book, change or cancel a meeting on one side, as a person there would.

import { dayAfter, daysBetween } from "./days.js";
import { element } from "./element.js";

const TITLES = {
  outlook: { book: "Book in Outlook", change: "A meeting in Outlook", cancel: "Cancel this meeting" },
  ibss: { book: "Book in IBSS", change: "A booking in IBSS", cancel: "Cancel this booking" },
};

export class Form {
  #world;
  #dialog = document.getElementById("form");
  #form = this.#dialog.querySelector("form");
  #error = document.getElementById("form-error");
  #cancel = document.getElementById("cancel-meeting");
  #save = document.getElementById("save-form");
  #side;
  #edit;
  #day; // that the form shows

  constructor(world) {
    this.#world = world;
    this.#fields.host.addEventListener("change", () => this.#hostIsNoGuest());
    this.#fields.day.addEventListener("input", () => this.#endFollows());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(this.#edit ? "change" : "book");
    });
    this.#cancel.addEventListener("click", () => this.#send("cancel"));
    document.getElementById("close-form").addEventListener("click", () => this.#dialog.close());
  }

  openNew(side, { room, host, day, hour }) {
    const from = `${String(hour).padStart(2, "0")}:00`;
    const to = hour < 23 ? `${String(hour + 1).padStart(2, "0")}:00` : "23:59";
    this.#open(side, null, TITLES[side].book, "");
    this.#fill({ subject: "", host: host ?? this.#world.hosts[0], room: room ?? this.#world.rooms[0].id, day, until: day, from, to, people: [] });
  }

  openMeeting(side, meeting) {
    const editable = Object.keys(meeting.edit).length > 0;
    this.#open(side, meeting.edit, TITLES[side].change, this.#note(side, meeting, editable));
    this.#fill({
      subject: meeting.edit.subject ?? meeting.subject,
      host: meeting.host,
      room: meeting.rooms[0],
      day: meeting.start.slice(0, 10),
      until: meeting.end.slice(0, 10),
      from: meeting.start.slice(11),
      to: meeting.end.slice(11),
      people: meeting.people,
    });
    this.#fields.host.disabled = true;
    this.#save.hidden = this.#cancel.hidden = !editable;
  }

  get #fields() {
    return this.#form.elements;
  }

  #open(side, edit, title, note) {
    this.#side = side;
    this.#edit = edit;
    this.#dialog.className = side;
    document.getElementById("form-title").textContent = title;
    document.getElementById("form-note").textContent = note;
    this.#cancel.textContent = TITLES[side].cancel;
    this.#cancel.hidden = !edit;
    this.#save.hidden = false;
    this.#save.textContent = edit ? "Save" : "Book";
    this.#fields.host.disabled = false;
    this.#say("");
    this.#dialog.showModal();
  }

  #note(side, meeting, editable) {
    if (!editable) return "Nobody whose calendar is shown here can change it.";
    return `What you change is changed as ${meeting.hostName} does it in ${side === "outlook" ? "Outlook" : "an IBSS app"}.`;
  }

  #fill({ subject, host, room, day, until, from, to, people }) {
    const hosts = this.#world.hosts.includes(host) || !host ? this.#world.hosts : [...this.#world.hosts, host];
    this.#fields.host.replaceChildren(...hosts.map((it) => new Option(this.#nameOf(it), it)));
    this.#fields.room.replaceChildren(...this.#world.rooms.map((it) => new Option(`${it.name}, ${it.building}`, it.id)));
    this.#offer([...new Set([...this.#world.people.map((it) => it.address), ...people])], people);
    Object.assign(this.#fields.subject, { value: subject });
    for (const [name, value] of Object.entries({ host, room, day, until, from, to })) this.#fields[name].value = value ?? "";
    this.#day = day;
    this.#hostIsNoGuest();
    this.#fields.subject.focus();
  }

  #offer(addresses, invited) {
    const boxes = addresses.map((address) => {
      const box = element("input", { type: "checkbox", name: "person", value: address });
      box.checked = invited.includes(address);
      return element("label", { class: "person" }, box, this.#nameOf(address));
    });
    document.getElementById("people").replaceChildren(element("legend", {}, "People"), ...boxes);
  }

  #hostIsNoGuest() {
    for (const box of this.#form.querySelectorAll("input[name=person]")) {
      box.disabled = box.value === this.#fields.host.value;
    }
  }

  // A meeting that is moved to another day stays as long as it was.
  #endFollows() {
    const { day, until } = this.#fields;
    if (!day.value) return;
    until.value = dayAfter(day.value, daysBetween(this.#day, until.value || this.#day));
    this.#day = day.value;
  }

  #nameOf(address) {
    return this.#world.people.find((it) => it.address === address)?.name ?? address;
  }

  #wish() {
    const { subject, host, room, day, until, from, to } = this.#fields;
    const people = [...this.#form.querySelectorAll("input[name=person]:checked:enabled")].map((box) => box.value);
    const time = (date, clock) => `${date.value}T${clock.value}`;
    return { subject: subject.value, host: host.value, room: room.value, start: time(day, from), end: time(until, to), people };
  }

  async #send(deed) {
    this.#save.disabled = this.#cancel.disabled = true;
    try {
      this.#say(await act(this.#side, deed, { wish: this.#wish(), edit: this.#edit }));
    } finally {
      this.#save.disabled = this.#cancel.disabled = false;
    }
    if (this.#error.hidden) this.#dialog.close();
  }

  #say(words) {
    this.#error.textContent = words;
    this.#error.hidden = !words;
  }
}

// What went wrong, in words; nothing when all is well.
async function act(side, deed, order) {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) };
  try {
    const answer = await fetch(`/api/${side}/${deed}`, request);
    return answer.ok ? "" : (await answer.json()).error;
  } catch {
    return "The server of this page does not answer.";
  }
}
