"""Microsoft Graph: its rules (wire) and the one shell that sends requests (client)."""
