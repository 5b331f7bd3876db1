"""The main job: base against tuned, end to end."""
