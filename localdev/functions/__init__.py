"""What stands behind the local Functions host: one module for each thing the real host does around Microsoft's worker."""
