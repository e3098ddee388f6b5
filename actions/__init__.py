"""What the assistant does: each module turns a turn into one service call."""
