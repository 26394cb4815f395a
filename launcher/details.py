"""What *Copy details for the helpdesk* copies. No code, no PIN and no key is ever in here: they are in no state."""

from launcher.course.state import LaunchState
from launcher.settings import LAUNCHER_VERSION, LauncherSettings
from launcher.words.sentences import LauncherSentences


def compose_details(
    state: LaunchState, words: LauncherSentences, settings: LauncherSettings, computer: tuple[str, ...]
) -> str:
    """Lines of text. `computer`: what the computer says of itself, and of the launcher's file."""
    trouble = state.trouble
    lines = [words.details, f"launcher {LAUNCHER_VERSION}, {settings.site}"]
    if trouble is not None:
        row = words.troubles[trouble]
        failed = state.failed_in.value if state.failed_in is not None else state.phase.value
        lines += [f"{trouble.value} / {failed}", row.message]
    if state.detail:
        lines.append(state.detail)
    if state.key is not None:
        lines.append(f"key {state.key.serial}, {'certified' if state.key.certified else 'no certificate'}")
    if settings.helpdesk:
        lines.append(settings.helpdesk)
    return "\n".join((*lines, *computer))
