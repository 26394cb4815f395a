"""A launcher that cannot begin: what is wrong stands in its window all the same, until that is closed."""

from dataclasses import replace
from typing import Final

from launcher.course.events import ChoiceMade, LaunchChoice, LaunchEvent
from launcher.course.state import LaunchPhase, LaunchState
from launcher.details import compose_details
from launcher.ports import LauncherWindow
from launcher.settings import LauncherSettings
from launcher.troubles import LaunchError
from launcher.view import make_view
from launcher.words.sentences import LauncherSentences

NO_SITE: Final = LauncherSettings("", "")


def show_unstarted(
    window: LauncherWindow, words: LauncherSentences, error: LaunchError, computer: tuple[str, ...]
) -> int:
    """Message, cause and cure; the details can be copied, and there is nothing to be tried again. The exit code."""
    state = LaunchState(LaunchPhase.TROUBLE, trouble=error.trouble, detail=error.detail, failed_in=LaunchPhase.WAITING)
    view = make_view(state, words)

    def answer(event: LaunchEvent) -> None:
        if event == ChoiceMade(LaunchChoice.COPY):
            window.copy_text(compose_details(state, words, NO_SITE, computer))
        else:
            window.close_window()

    window.show_view(replace(view, buttons=tuple(each for each in view.buttons if each[0] is LaunchChoice.COPY)))
    window.run_window(answer)
    return 1
