"""Dream a place from a sentence and save it.

python examples/01_dream_and_save.py "a misty alpine lake at sunrise" outputs/lake
"""

import sys

import lucid3d


def main(prompt: str, folder: str, preset: str = "fast") -> None:
    """Dream with a preset (a name, or a YAML file of your own) and write the output folder."""
    config = lucid3d.load_config(lucid3d.find_config(preset))
    scene = lucid3d.dream(prompt, config=config, on_event=lambda event: print(event.stage, event.done, event.total))
    scene.save(folder)
    print(f"{len(scene.gaussians):,} Gaussians in {folder}; walk in it: python viewer.py {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
