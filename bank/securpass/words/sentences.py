"""What the bank tells a customer of Sécur'Pass by message. One value a language, so that none can lack a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecurpassWords:
    """One language. In some stand {code}, {minutes} or {label}, the telephone's name."""

    language: str
    log_on_code: str
    activation_code: str
    initiated: str
    activated: str
    lifted: str
    suspended: str
    closed: str
    code_changed: str
    biometrics_changed: str
