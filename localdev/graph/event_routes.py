"""The requests about events and calendars of one mailbox."""

from typing import Any

from localdev.graph import views
from localdev.graph.call import Answer, Call, collection, single
from localdev.graph.delta import delta
from localdev.graph.draft import members, read_draft
from localdev.graph.errors import bad_request, changed_meanwhile, item_not_found, wrong_value
from localdev.graph.identity import etag, immutable, new_guid, shown_id
from localdev.graph.rendering import select, show_attachment, show_event
from localdev.graph.series import find
from localdev.graph.simulator import GraphSimulator
from localdev.graph.state import Attachment, Event, Mailbox

_ANSWERS = {"accept": "accepted", "decline": "declined", "tentativelyAccept": "tentativelyAccepted"}


class EventRoutes:
    def __init__(self, simulator: GraphSimulator) -> None:
        self._simulator = simulator
        self._meetings = simulator.meetings
        self._calendars = simulator.calendars

    def _event(self, user: str, event: str) -> Event:
        return find(self._calendars.hosted(user), immutable(event))

    def _mailbox(self, user: str) -> Mailbox:
        return self._calendars.hosted(user)

    async def list_events(self, call: Call, user: str) -> Answer:
        return views.items(call, self._mailbox(user))

    async def calendar_view(self, call: Call, user: str) -> Answer:
        return views.calendar_view(call, self._mailbox(user))

    async def delta(self, call: Call, user: str) -> Answer:
        return delta(call, self._simulator.tenant, self._mailbox(user))

    async def instances(self, call: Call, user: str, event: str) -> Answer:
        return views.instances(call, self._mailbox(user), self._event(user, event))

    async def schedule(self, call: Call, user: str) -> Answer:
        call.options()
        self._mailbox(user)
        return views.schedules(call, self._calendars)

    async def create(self, call: Call, user: str) -> Answer:
        call.options()
        event = self._meetings.create(self._mailbox(user), read_draft(call.json()))
        return self._shown(call, event, 201)

    async def read(self, call: Call, user: str, event: str) -> Answer:
        found = self._event(user, event)
        return _with_etag(single(call, views.one(call, found)), found)

    async def update(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        found = self._event(user, event)
        _check_etag(call, found)
        self._meetings.update(found, read_draft(call.json()))
        return self._shown(call, found, 200)

    def _shown(self, call: Call, event: Event, status: int) -> Answer:
        return _with_etag(single(call, select(show_event(event, call.prefer), None), status), event)

    async def delete(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        found = self._event(user, event)
        _check_etag(call, found)
        self._meetings.delete(found)
        return Answer(204)

    async def cancel(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        _action_members(call, ("comment",))
        self._meetings.cancel(self._event(user, event))
        return Answer(202)

    async def respond(self, call: Call, user: str, event: str, action: str) -> Answer:
        """Microsoft docs, event-accept, event-decline, event-tentativelyaccept. Who accepts proposes no other time."""
        call.options()
        known = ("comment", "sendResponse") if action == "accept" else ("comment", "sendResponse", "proposedNewTime")
        given = _action_members(call, known)
        send, proposed = given.get("sendresponse", True), given.get("proposednewtime")
        found = self._event(user, event)
        if proposed and not (send and found.details.allow_new_time_proposals):
            raise bad_request("ErrorInvalidRequest", "A new time cannot be proposed for this meeting.")
        self._meetings.respond(found, _ANSWERS[action], send=bool(send), proposed=proposed)
        return Answer(202)

    async def forward(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        given = _action_members(call, ("toRecipients", "comment"))
        recipients = given.get("torecipients")
        if not isinstance(recipients, list):
            raise wrong_value("toRecipients")
        self._meetings.forward(self._event(user, event), recipients)
        return Answer(202)

    async def attachments(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        return collection(call, [show_attachment(item) for item in self._event(user, event).details.attachments])

    async def attach(self, call: Call, user: str, event: str) -> Answer:
        call.options()
        given = members(call.json(), "fileAttachment", ("name", "contentType", "contentBytes", "isInline", "size"))
        if not isinstance(given.get("name"), str) or not isinstance(given.get("contentBytes"), str):
            raise wrong_value("attachment")
        found = self._event(user, event)
        kind = given.get("contentType") or "application/octet-stream"
        attachment = Attachment(new_guid(self._simulator.rng), given["name"], kind, given["contentBytes"])
        found.details.attachments = [*found.details.attachments, attachment]
        self._calendars.touch(found)
        return single(call, show_attachment(attachment), 201)

    async def detach(self, call: Call, user: str, event: str, attachment: str) -> Answer:
        call.options()
        found = self._event(user, event)
        left = [item for item in found.details.attachments if item.id != attachment]
        if len(left) == len(found.details.attachments):
            raise item_not_found()
        found.details.attachments = left
        self._calendars.touch(found)
        return Answer(204)

    async def translate_ids(self, call: Call, user: str) -> Answer:
        """At most 1,000 at a time. Microsoft docs, user-translateexchangeids."""
        call.options()
        self._mailbox(user)
        given = members(call.json(), "translateExchangeIds", ("inputIds", "sourceIdType", "targetIdType"))
        ids, target = given.get("inputIds"), given.get("targetIdType")
        if not isinstance(ids, list) or len(ids) > 1000 or target not in ("restId", "restImmutableEntryId"):
            raise wrong_value("translateExchangeIds")
        kind = target == "restImmutableEntryId"
        return collection(call, [{"sourceId": item, "targetId": shown_id(immutable(item), as_immutable=kind)} for item in ids])


def _action_members(call: Call, known: tuple[str, ...]) -> dict[str, Any]:
    """Names of action parameters are taken in any case: Graph's samples and its SDKs write `Comment` as well as `comment`."""
    body = call.json_or_empty()
    lowered = (
        {name.lower() if not name.startswith("@") else name: value for name, value in body.items()}
        if isinstance(body, dict)
        else body
    )
    return members(lowered, "action", tuple(name.lower() for name in known))


def _check_etag(call: Call, event: Event) -> None:
    wanted = call.headers.get("if-match")
    if wanted not in (None, "*", etag(event)):
        raise changed_meanwhile()


def _with_etag(answer: Answer, event: Event) -> Answer:
    answer.headers["ETag"] = etag(event)
    return answer
