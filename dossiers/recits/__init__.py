"""Sentences of the timeline, one room for each app that records events."""
