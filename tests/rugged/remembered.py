"""What the service keeps in its storage account, read as anybody could."""

from collections import Counter
from typing import Any

from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueServiceClient


def queued(connection: str) -> dict[str, int]:
    """Every message that is in a queue, the hidden ones too."""
    with QueueServiceClient.from_connection_string(connection) as service:
        names = [queue.name for queue in service.list_queues()]
        counts = {name: service.get_queue_client(name).get_queue_properties().approximate_message_count for name in names}
    return {name: count for name, count in counts.items() if count}


def rows(connection: str, table: str) -> list[dict[str, Any]]:
    with TableServiceClient.from_connection_string(connection) as service:
        return [dict(row) for row in service.get_table_client(table).list_entities()]


def unsettled(connection: str, bookings: list[str]) -> list[str]:
    """Links that do not stand for one booking that is there; and bookings that no link stands for, or two."""
    links = [row for row in rows(connection, "links") if row.get("state") not in {None, "closed"}]
    told = [f"{row['RowKey']} is {row['state']}: {row['reason']}" for row in links if row["state"] != "linked"]
    linked, there = Counter(row["booking_id"] for row in links), Counter(bookings)
    return told + [f"booking {one} has {linked[one]} links" for one in sorted(linked | there) if linked[one] != there[one]]
