"""What the central service's administrators type, a module for each subject."""
