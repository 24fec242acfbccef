"""The project's own benchmarks, each beside its baseline in the same run: `palautepiste bench`."""
