"""What every request passes before and after its own rule: sign-in, planted faults, unreadable mailboxes, throttling, the log."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from localdev.graph.call import Answer, Call
from localdev.graph.errors import GraphError, no_such_mailbox, unauthenticated
from localdev.graph.identity import new_guid
from localdev.graph.simulator import GraphSimulator
from localdev.graph.state import Fault, LoggedRequest, Mailbox, Meanwhile
from localdev.spoiling import scripted, spoiled

# Microsoft docs, throttling-limits: Outlook service limits, per app and mailbox.
MOST_IN_FLIGHT = 4
# The log is kept with the state, so it may not grow for ever.
LOGGED = 2000
_MAILBOX = re.compile(r"^/users/([^/]+)/.", re.IGNORECASE)


class Gate:
    def __init__(self, simulator: GraphSimulator, handle: Callable[[Call], Awaitable[Answer]]) -> None:
        self._simulator = simulator
        self._tenant = simulator.tenant
        self._handle = handle
        self._in_flight: Counter[str] = Counter()

    async def pass_through(self, call: Call) -> Answer:
        self._tenant.request_order += 1
        order = self._tenant.request_order
        mailbox = self._mailbox(call)
        request_id = new_guid(self._simulator.rng)
        try:
            answer = await self._guarded(call, mailbox)
        except GraphError as error:
            answer = Answer(error.status, error.body(self._simulator.now(), request_id), dict(error.headers))
        address = mailbox.address if mailbox else None
        prefer = call.headers.get("prefer", "")
        self._tenant.requests.append(
            LoggedRequest(order, call.method, call.path_and_query, address, answer.status, prefer, call.in_batch)
        )
        del self._tenant.requests[:-LOGGED]
        answer.headers |= {"request-id": request_id, "client-request-id": call.headers.get("client-request-id", request_id)}
        return answer

    def _mailbox(self, call: Call) -> Mailbox | None:
        match = _MAILBOX.match(call.path)
        if match is None:
            return None
        try:
            return self._simulator.calendars.hosted(match[1])
        except GraphError:
            return None

    async def _guarded(self, call: Call, mailbox: Mailbox | None) -> Answer:
        if not re.match(r"Bearer \S", call.headers.get("authorization", "")):
            raise unauthenticated()
        fault = self._fault(call)
        if fault and not fault.after and not fault.spoil:
            return _planted(fault)
        answer = await self._in_turn(call, mailbox)
        await self._meanwhile(call)
        if fault and fault.spoil:
            return replace(answer, raw=spoiled(fault.spoil, answer.body or {}, call.link(dict(call.query))))
        return _planted(fault) if fault else answer

    async def _meanwhile(self, call: Call) -> None:
        """Somebody else's request, which comes between two of a client's."""
        for other in [other for other in self._tenant.meanwhile if _matches(other, call)]:
            other.times -= 1
            if other.times <= 0:
                self._tenant.meanwhile.remove(other)
                await self._handle(replace(call, query=[], **_asked(other)))

    def _fault(self, call: Call) -> Fault | None:
        for fault in self._tenant.faults:
            if _matches(fault, call):
                fault.times -= 1
                if fault.times <= 0:
                    self._tenant.faults.remove(fault)
                return fault
        return None

    async def _in_turn(self, call: Call, mailbox: Mailbox | None) -> Answer:
        if mailbox is None:
            return await self._handle(call)
        if mailbox.unreadable:
            raise _refusal(mailbox)
        if self._in_flight[mailbox.address] >= MOST_IN_FLIGHT:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, {"Retry-After": "1"})
        self._in_flight[mailbox.address] += 1
        try:
            await asyncio.sleep(self._tenant.delays.answer)
            return await self._handle(call)
        finally:
            self._in_flight[mailbox.address] -= 1


def _matches(planted: Fault | Meanwhile, call: Call) -> bool:
    return bool(re.fullmatch(planted.method, call.method) and re.search(planted.path, call.path_and_query))


def _asked(other: Meanwhile) -> dict[str, Any]:
    ask = other.ask
    return {"method": ask["method"], "path": ask["path"], "body": json.dumps(ask.get("body") or {}).encode()}


def _planted(fault: Fault) -> Answer:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.status >= 400 and fault.body is None:
        raise GraphError(fault.status, fault.code, "A fault that was asked for.", headers)
    return Answer(fault.status, None, headers, None if fault.body is None else scripted(fault.body))


def _refusal(mailbox: Mailbox) -> GraphError:
    if mailbox.unreadable is None:
        return no_such_mailbox(mailbox.address)
    return GraphError(mailbox.unreadable.status, mailbox.unreadable.code, "Access is denied. Check credentials and try again.")
