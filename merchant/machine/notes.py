"""Which notes make an amount, out of those that are there. Pure."""

from collections.abc import Mapping


def choose_notes(cents: int, there: Mapping[int, int]) -> Mapping[int, int] | None:
    """How many of each note, as few notes as can be; None where the notes that are there cannot make that amount.

    `there`: how many of each note, by its worth in cents. 60 euros of one 50 and three 20 are three 20.
    """
    ways: dict[int, dict[int, int]] = {0: {}}
    for note in sorted(there, reverse=True):
        for before, way in sorted(ways.items()):
            most = min(there[note], (cents - before) // note)
            for count in range(1, most + 1):
                longer = way | {note: count}
                known = ways.get(before + count * note)
                if known is None or sum(longer.values()) < sum(known.values()):
                    ways[before + count * note] = longer
    return ways.get(cents)
