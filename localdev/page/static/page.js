// The page: one state, told by the server after every change, and one choice of day and calendars.

import { Calendar } from "./calendar.js";
import { drawCrossings } from "./crossings.js";
import { dayAfter } from "./days.js";
import { element } from "./element.js";
import { Form } from "./form.js";

const world = await (await fetch("/api/world")).json();
const names = Object.fromEntries(world.people.map((it) => [it.address, it.name]));
const days = Array.from({ length: world.days }, (_, count) => dayAfter(world.today, count));
const form = new Form(world);
const shown = { day: days[1], whose: "rooms" };
let state = { outlook: [], ibss: [], crossings: [], problems: [] };

const outlook = new Calendar(document.getElementById("outlook"), {
  open: (meeting) => form.openMeeting("outlook", meeting),
  book: (column, hour) => form.openNew("outlook", { ...column.choice, day: shown.day, hour }),
});
const ibss = new Calendar(document.getElementById("ibss"), {
  open: (meeting) => form.openMeeting("ibss", meeting),
  book: (column, hour) => form.openNew("ibss", { ...column.choice, day: shown.day, hour }),
});

const spaces = world.rooms.map((it) => ({ id: it.id, name: it.name, hint: it.building, choice: { room: it.id } }));
const mailboxes = world.rooms.map((it) => ({ id: it.mailbox, name: it.name, hint: it.mailbox, choice: { room: it.id } }));
const hosts = world.hosts.map((address) => ({ id: address, name: names[address], hint: address, choice: { host: address } }));

function draw() {
  outlook.draw(shown.whose === "rooms" ? mailboxes : hosts, state.outlook.map(named), shown.day);
  ibss.draw(spaces, state.ibss.map(named), shown.day);
  drawCrossings(document.getElementById("crossings"), state.crossings);
  document.getElementById("nothing-yet").hidden = state.crossings.length > 0;
  showProblems(state.problems);
  for (const button of document.querySelectorAll("#days button")) button.setAttribute("aria-pressed", button.value === shown.day);
  for (const button of document.querySelectorAll("#whose button")) {
    button.setAttribute("aria-pressed", button.dataset.whose === shown.whose);
  }
}

function named(meeting) {
  return { ...meeting, hostName: names[meeting.host] ?? meeting.host };
}

function showProblems(problems) {
  const place = document.getElementById("problems");
  place.textContent = problems.join(" ");
  place.hidden = problems.length === 0;
}

function dayButton(day) {
  const words = new Date(`${day}T00:00Z`).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const button = element("button", { type: "button", value: day }, words);
  button.addEventListener("click", () => show({ day }));
  return button;
}

function show(choice) {
  Object.assign(shown, choice);
  draw();
}

document.getElementById("health").href = world.health;
document.getElementById("days").append(...days.map(dayButton));
for (const button of document.querySelectorAll("#whose button")) {
  button.addEventListener("click", () => show({ whose: button.dataset.whose }));
}
for (const button of document.querySelectorAll("button.book")) {
  button.addEventListener("click", () => form.openNew(button.dataset.side, { day: shown.day, hour: 11 }));
}

// What is drawn anew under a pressed button would swallow the click.
let pressed = false;
function release() {
  pressed = false;
  setTimeout(draw);
}
addEventListener("pointerdown", () => (pressed = true));
addEventListener("pointerup", release);
addEventListener("pointercancel", release);
addEventListener("pointermove", (move) => pressed && !move.buttons && release()); // let go of on a scroll bar

const news = new EventSource("/api/live");
news.addEventListener("message", (message) => {
  state = JSON.parse(message.data);
  document.body.dataset.live = "yes";
  if (!pressed) draw();
});
news.addEventListener("error", () => showProblems(["The server of this page does not answer."]));
draw();
