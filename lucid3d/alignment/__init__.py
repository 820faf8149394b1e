"""Making depth maps agree with what is known: scale, motion along rays, loop closure (paper, Algorithm 1, lines 6-13).

    alignment = align(estimate, "metric", project_cloud(cloud, camera), camera)
    closure = close_loop(views, scaled=[alignment.scaled, ...])

`scale` finds scale and shift, `smooth` says which corrections are plausible, `motion` fits and continues them, `loop`
solves for all views at once. Afterwards `move_objects` sees to what no smooth field can say.
"""

from lucid3d.alignment.align import Alignment, align, move_objects
from lucid3d.alignment.loop import LoopClosure, close_loop
from lucid3d.alignment.scale import ScaleFit, fit_scale

__all__ = ["Alignment", "LoopClosure", "ScaleFit", "align", "close_loop", "fit_scale", "move_objects"]
