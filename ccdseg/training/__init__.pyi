from .config import TrainingConfig
from .config_file import read_plan, write_plan
from .data import ArrayData, TrainingData
from .fine_tuning import fine_tuning_plan
from .fitting import train
from .folder_data import FolderData
from .plan import Stage, TrainingPlan
from .presets import PRESETS
from .simulated_data import MixedData, SimulatedData

__all__ = [
    "PRESETS",
    "ArrayData",
    "FolderData",
    "MixedData",
    "SimulatedData",
    "Stage",
    "TrainingConfig",
    "TrainingData",
    "TrainingPlan",
    "fine_tuning_plan",
    "read_plan",
    "train",
    "write_plan",
]
