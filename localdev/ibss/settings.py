"""Parameters of a building in the real IBSS; here one value for all buildings."""

from dataclasses import dataclass


@dataclass
class Settings:
    """Without a threshold nothing is auto-cancelled (`Meta_Auto_Cancel_Thld_Min`: "Bookings Analytics")."""

    early_checkin_minutes: int = 15
    auto_cancel_minutes: int | None = None
