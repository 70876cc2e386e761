"""What changes assessments and intake applications."""

from apps.business.intake.freezing import freeze
from apps.business.intake.services.assessments import decide, save_assessment
from apps.business.intake.services.intakes import adopt, new_from, save_intake
from apps.business.intake.services.lapsing import lapse, lapse_unsigned

__all__ = [
    "adopt",
    "decide",
    "freeze",
    "lapse",
    "lapse_unsigned",
    "new_from",
    "save_assessment",
    "save_intake",
]
