"""What each state shows, as data: `show(state) -> View`, and nothing that draws."""
