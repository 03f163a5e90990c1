"""What the bookings are made in and by: nodes, the spaces on them, and the people of the directory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from localdev.ibss.errors import invalid, not_found
from localdev.ibss.records import Node, Person, Space


@dataclass
class Estate:
    nodes: dict[str, Node] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)

    def node(self, node_id: str) -> Node:
        if node_id not in self.nodes:
            raise not_found(f"Node {node_id}")
        return self.nodes[node_id]

    def space(self, space_id: str) -> Space:
        if space_id not in self.spaces:
            raise not_found(f"Space {space_id}")
        return self.spaces[space_id]

    def person(self, email: str) -> Person | None:
        return self.persons.get(email.lower())

    def add_space(self, space: Space) -> None:
        if space.id in self.spaces:
            raise invalid(f"Space_Id {space.id} is taken")
        self.node(space.node)
        self.spaces[space.id] = space

    def add_person(self, person: Person) -> None:
        self.persons[person.email.lower()] = person

    def covers(self, node_id: str, below: str) -> bool:
        """Whether `below` is the node itself or lies under it."""
        return node_id in self._upwards(below)

    def spaces_of(self, node_id: str, *, recursive: bool) -> list[Space]:
        self.node(node_id)
        return [
            space for space in self.spaces.values() if space.node == node_id or (recursive and self.covers(node_id, space.node))
        ]

    def _upwards(self, node_id: str) -> Iterator[str]:
        step: str | None = node_id
        while step is not None:
            yield step
            step = self.nodes[step].parent
