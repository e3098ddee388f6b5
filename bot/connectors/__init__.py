"""Connectors: handoffs told to the systems that a team already works in."""
