"""Training: one loop, small strategies apart from it, checkpoints that continue exactly."""

from lucid3d.config import TrainConfig
from lucid3d.gaussians.training.strategies import DefaultStrategy, MCMCStrategy, Strategy
from lucid3d.gaussians.training.trainer import StepReport, Trainer, train
from lucid3d.gaussians.training.view import TrainingView

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
