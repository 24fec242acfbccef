"""What `doctor` looks at around the window and the buttons; no device is opened."""
