"""What `doctor` looks at in this layer: facts in, findings out; nothing on the disk is changed."""
