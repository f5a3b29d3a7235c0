"""Clients that are measured beside this project's: one script each, run in a process of its own."""
