"""What clients wrote, for whoever may read it; each reading is written into the audit log."""
