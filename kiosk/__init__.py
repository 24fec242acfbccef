"""The person in front: the touchscreen, the button panels, one session."""
