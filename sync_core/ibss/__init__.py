"""IBSS: its names and rules (wire) and the one shell that sends requests (client)."""
