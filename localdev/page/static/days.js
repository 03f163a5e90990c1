// Days, as the text that a date field holds.

const DAY = 24 * 60 * 60 * 1000;

export function dayAfter(day, count) {
  return new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);
}

export function daysBetween(one, other) {
  return (Date.parse(other) - Date.parse(one)) / DAY;
}
