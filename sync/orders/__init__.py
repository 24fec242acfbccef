"""What the kiosk asks of the agent, since only the agent has the network: a module a kind."""
