"""`python -m kiosk` is `palautepiste`."""

from kiosk.cli import main

main(prog_name="palautepiste")
