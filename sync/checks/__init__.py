"""What `doctor` looks at on the way to the centre; nothing on the disk is changed."""
