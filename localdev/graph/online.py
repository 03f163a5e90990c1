"""The join link of an online meeting: it lives in the body, and a body written without it takes it away."""

from localdev.graph.state import Details


def add_link(details: Details, provider: str, ical_uid: str) -> None:
    """Microsoft docs, outlook-calendar-online-meetings: a join blob is added to the body."""
    if details.join_url:
        return
    details.online_provider = provider
    details.join_url = f"https://teams.example/l/meetup-join/{ical_uid[-24:].lower()}"
    link = f'<a id="meet_invite_block.action.join_link" href="{details.join_url}">Join the meeting now</a>'
    blob = f'<div class="me-email-text">{link}</div>'
    details.body = f"<html><body>{details.body}{blob}</body></html>"
    details.body_type = "html"


def drop_lost_link(details: Details) -> None:
    """Microsoft docs, event-update: a body written without the blob ends the online meeting."""
    if details.join_url and details.join_url not in details.body:
        details.join_url = None
        details.online_provider = None
