// Preloaded by Azurite's Node: its clock is ahead of the machine's by the seconds that stand in the file CLOCK_AHEAD.
const { readFileSync } = require("node:fs");

const Machine = Date;
let ahead = 0;
const look = () => {
  ahead = 1000 * Number(readFileSync(process.env.CLOCK_AHEAD, "utf8"));
};
const now = () => Machine.now() + ahead;

look();
setInterval(look, 20).unref();
globalThis.Date = new Proxy(Machine, {
  construct: (date, given, made) => Reflect.construct(date, given.length ? given : [now()], made),
  apply: () => new Machine(now()).toString(),
  get: (date, name) => (name === "now" ? now : Reflect.get(date, name)),
});
