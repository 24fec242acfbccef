"""What is taken of what terminals send, how much at once, and how it is counted again."""
