"""A crash model: what a program did to its disk, and the disks that a power cut could leave."""
