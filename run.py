"""Dream a 3-D place: python run.py --prompt "a misty alpine lake at sunrise"."""

from lucid3d.cli import run_main

if __name__ == "__main__":
    run_main()
