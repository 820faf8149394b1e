"""What the commands of `lucid3d` do that belong to no package of their own; `lucid3d.cli` has the table of all."""
