"""Where work is done: in this process, or by many workers."""
