"""The control panel of one browser, a module for each of its tabs."""
