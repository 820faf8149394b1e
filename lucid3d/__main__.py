"""`python -m lucid3d`: the same as the command `lucid3d`."""

from lucid3d.cli import main

if __name__ == "__main__":
    main()
