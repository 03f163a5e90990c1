"""Lists of events: a calendar's items, a window of it, the instances of a series, and free or busy times."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from localdev.graph import odata, series, vocabulary
from localdev.graph.calendars import Calendars
from localdev.graph.call import Answer, Call, collection, number
from localdev.graph.draft import members
from localdev.graph.errors import JsonObject, bad_request, wrong_parameter, wrong_value
from localdev.graph.preferences import Preferences
from localdev.graph.rendering import select, show_event, show_schedule
from localdev.graph.state import Event, Mailbox
from localdev.graph.times import instant, query_instant, wall_clock

LIST_OPTIONS = ("$select", "$top", "$skip", "$orderby", "$filter", "$expand", "$count")
_WINDOW = ("startDateTime", "endDateTime")
# microsoft-graph-docs issue 6284
_LONGEST_VIEW = timedelta(days=1825)
# microsoft-graph-docs pull request 19703
_LONGEST_SCHEDULE = timedelta(days=62)
_PAGE = 10


def read_window(options: dict[str, str]) -> tuple[datetime, datetime]:
    since, until = (query_instant(name, options.get(name)) for name in _WINDOW)
    if until < since:
        raise wrong_parameter("EndDateTime", options["endDateTime"])
    if until - since > _LONGEST_VIEW:
        message = "The calendar view's duration must be no longer than 1825 days."
        raise bad_request("ErrorInvalidRequest", message)
    return since, until


def calendar_view(call: Call, mailbox: Mailbox) -> Answer:
    """Occurrences, exceptions and single events that overlap the window. Microsoft docs, user-list-calendarview."""
    options = call.options(*_WINDOW, *LIST_OPTIONS)
    since, until = read_window(options)
    return _page(call, options, series.expanded(mailbox, since, until))


def items(call: Call, mailbox: Mailbox) -> Answer:
    """Single events and series masters. Microsoft docs, user-list-events."""
    options = call.options(*LIST_OPTIONS)
    return _page(call, options, [event for event in mailbox.events.values() if event.series_master is None])


def instances(call: Call, mailbox: Mailbox, master: Event) -> Answer:
    """Exceptions first, cancelled occurrences absent. Microsoft docs, event-list-instances."""
    options = call.options(*_WINDOW, "$select", "$top", "$skip")
    since, until = read_window(options)
    if master.details.recurrence is None:
        raise bad_request("ErrorInvalidRequest", "Expanding of instances is only possible for a series master.")
    changed = [event for event in series.exceptions(mailbox, master.id) if series.overlaps(event, since, until)]
    found = [*changed, *series.bare_occurrences(mailbox, master, since, until)]
    return _cut(call, options, found)


def one(call: Call, event: Event) -> JsonObject:
    options = call.options("$select", "$expand")
    wanted = odata.read_select(options.get("$select"), vocabulary.EVENT, "microsoft.graph.event")
    return _shown(event, call.prefer, wanted, odata.read_expand(options.get("$expand")))


def _page(call: Call, options: dict[str, str], found: Iterable[Event]) -> Answer:
    test = odata.read_filter(options.get("$filter"))
    order = odata.read_order(options.get("$orderby"), "start/dateTime")
    return _cut(call, options, order.sort([event for event in found if test(event)]))


def _cut(call: Call, options: dict[str, str], found: list[Event]) -> Answer:
    prefer = call.prefer
    wanted = odata.read_select(options.get("$select"), vocabulary.EVENT, "microsoft.graph.event")
    extended = odata.read_expand(options.get("$expand"))
    size, skip = number(options, "$top", prefer.page_size or _PAGE, 1000), number(options, "$skip", 0, 0)
    shown = [_shown(event, prefer, wanted, extended) for event in found[skip : skip + size]]
    more = call.link(options | {"$skip": str(skip + size)}) if len(found) > skip + size else None
    return collection(call, shown, next_link=more, count=len(found) if options.get("$count") == "true" else None)


def _shown(event: Event, prefer: Preferences, wanted: list[str] | None, extended: str | None) -> JsonObject:
    shown = select(show_event(event, prefer), wanted)
    matching = [item for item in event.extended if item["id"] == extended]
    return shown | ({"singleValueExtendedProperties": matching} if matching else {})


def schedules(call: Call, calendars: Calendars) -> Answer:
    """Microsoft docs, calendar-getSchedule."""
    given = members(call.json(), "scheduleRequest", ("schedules", "startTime", "endTime", "availabilityViewInterval"))
    since, until = (
        instant(*wall_clock(given.get("startTime"), "startTime")),
        instant(*wall_clock(given.get("endTime"), "endTime")),
    )
    step = given.get("availabilityViewInterval", 30)
    if type(step) is not int or not 5 <= step <= 1440:
        raise wrong_value("availabilityViewInterval")
    if until - since > _LONGEST_SCHEDULE or until <= since:
        raise bad_request(
            "ErrorTimeIntervalTooBig", "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long."
        )
    length = timedelta(minutes=step)
    grid = [since + length * index for index in range(-((since - until) // length))]
    return collection(
        call, [_schedule(calendars, address, grid, length, until, call.prefer) for address in given.get("schedules", [])]
    )


def _schedule(
    calendars: Calendars, address: str, grid: list[datetime], length: timedelta, until: datetime, prefer: Preferences
) -> JsonObject:
    mailbox = calendars.known(address)
    if mailbox is None or not mailbox.hosted:
        refusal = {
            "message": "Unable to resolve e-mail address to an Active Directory object.",
            "responseCode": "ErrorMailRecipientNotFound",
        }
        return {"scheduleId": address, "availabilityView": "", "scheduleItems": [], "error": refusal}
    met = sorted(series.expanded(mailbox, grid[0], until), key=lambda event: event.details.start)
    return show_schedule(address, [event for event in met if event.show_as != "free"], grid, length, prefer.time_zone)
