"""Getting it to the centre: the outbox, the wire, the agent, and the reference central service."""
