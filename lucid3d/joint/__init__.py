"""Many views at once: all views around a point are denoised together, so that errors do not pile up and the circle
closes (after MVDiffusion, Tang et al. 2023, and MultiDiffusion, Bar-Tal et al. 2023; nothing is trained).

    ring.py              which cameras: eight around, zenith, nadir, then those off the centre
    noise.py             starting noise drawn on the sphere
    overlaps.py          where one view's pixels lie in another: K R K^-1, or through depth
    fusion.py            one estimate out of many
    sampling.py          the loop: estimate, fuse, step; with any Denoiser and any Steps
    schedulers.py        diffusers' schedulers as Steps
    stable_diffusion.py  Stable Diffusion as a Denoiser
    painter.py           the joint pictures as a Painter for the dream-and-align loop
"""
