"""WorldScore's tasks answered: a picture, sentences and camera moves in, the frames and cameras of its evaluator out.

    tasks.py     one task as the benchmark's JSON has it
    cameras.py   camera moves -> key frames -> frames, in our axes and in the benchmark's
    answer.py    dream along the moves, render the frames, write the folder
    command.py   `lucid3d worldscore`

docs/worldscore.md says what of the layout was confirmed, and where.
"""
