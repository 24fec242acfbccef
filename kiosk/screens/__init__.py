"""What is drawn: widgets that show a View and post its choices. They decide nothing."""
