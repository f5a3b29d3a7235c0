"""What the claims about correctness and speed rest on; nothing here is imported by the package."""
