"""Starting the parts of the local cloud together, and stopping them in order."""
