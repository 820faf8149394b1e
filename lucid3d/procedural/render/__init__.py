"""From a place to pictures: light, weather, rays, shading, the film curve."""
