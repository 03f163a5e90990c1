class HostError(Exception):
    """The host cannot start. The message is one line, for the person at the keyboard."""
