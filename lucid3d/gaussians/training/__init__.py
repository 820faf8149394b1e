"""Training: one loop, small strategies apart from it, checkpoints that continue exactly."""

from lucid3d.gaussians.training.config import TrainConfig, TrainingView
from lucid3d.gaussians.training.strategies import DefaultStrategy, MCMCStrategy, Strategy
from lucid3d.gaussians.training.trainer import StepReport, Trainer, train

__all__ = [
    "DefaultStrategy",
    "MCMCStrategy",
    "StepReport",
    "Strategy",
    "TrainConfig",
    "Trainer",
    "TrainingView",
    "train",
]
