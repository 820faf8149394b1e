"""Zoom: a list of sentences, from coarse to fine, becomes one consistent zoom, as pictures, as a film and in 3-D.

    plan.py          zoom.yaml: sentences, factors, a photograph
    stack.py         the zoom stack: image rendering, noise rendering, multi-resolution blending
    sampler.py       all levels denoised together; the Denoiser protocol
    diffusion.py     Stable Diffusion (XL) and pixel models as a Denoiser
    place.py         procedural worlds: a place, and a boulder in it whose detail does not end
    subject.py       what the boulder's skin is, and the words that choose it
    surface.py       noise, bands and cells that the skin is made of
    film.py          the zoom as a film
    levels.py        3-D: Gaussians that carry their level, blended by their size on the screen
    dive.py          3-D: every level dreamed into the scene at its scale
    training.py      3-D: the Gaussians of every level learn to look right from about the axis
    pipeline.py      a zoom from its plan: who dreams it, and the dive
    command.py       the folder of a zoom, as `run.py --zoom zoom.yaml [--scene]` writes it

After "Generative Powers of Ten", Wang et al., CVPR 2024.
"""
