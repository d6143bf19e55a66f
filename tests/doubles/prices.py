"""Prices of clips."""

from sora_studio.domain.models.profile import Condition, Price, PricePer
from sora_studio.domain.models.values import OptionValue


def clip_price(usd: float, **options: OptionValue) -> Price:
    """What a clip with these options costs."""
    return Price(PricePer.CLIP, Condition({name: (value,) for name, value in options.items()}), (usd, usd))
