"""A two-layer maze router: A* over a grid, and a price that rises where nets want the same room until none does.

The negotiated congestion of PathFinder (McMurchie and Ebeling, 1995): every net takes its cheapest way as if alone,
cells that two want become dearer, and only the nets in conflict are laid again. Widths differ by net class: a net
marks, for every class that may pass, how near that class's middle line may come. The same board gives the same copper:
ties are broken by order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import hypot, inf, sqrt
from typing import Final, TypeAlias

from hw.board.copper import LAYERS, BareBoard, Copper, CopperPad, NetClass, Track, Via

Cell: TypeAlias = tuple[int, int, int]
"""x, y, layer."""

STEPS: Final = tuple((dx, dy, sqrt(dx * dx + dy * dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0))
CORNER: Final = 0.04
"""Millimetres more than asked around pads: a diagonal between two free cells cuts a corner."""

DIAGONAL: Final = sqrt(2) - 1

FREE: Final = 0
BLOCKED: Final = -1


@dataclass(frozen=True, slots=True)
class Prices:
    """In cells of track. `bend`: a change of direction; `via`: of layer; `passes`: how often nets are laid again."""

    via: float = 14.0
    bend: float = 0.3
    back: float = 1.15
    passes: int = 60


class _Maps:
    """What one net class may not touch, for its tracks and its vias. A cell holds a net's number, FREE or BLOCKED."""

    def __init__(self, board: BareBoard, grid: float, own: NetClass, numbers: dict[str, int]) -> None:
        self.columns, self.rows = int(board.width / grid) + 1, int(board.height / grid) + 1
        self.size = self.columns * self.rows
        self.track = [FREE] * (2 * self.size)
        self.via = [FREE] * self.size
        self.crowd = [0] * (2 * self.size)
        self.crowd_via = [0] * self.size
        self._grid = grid
        self._edges(board, own)
        for pad in board.pads:
            self._pad(board, own, pad, numbers.get(pad.net, BLOCKED))
        for keepout in board.keepouts:
            disc = CopperPad("", "", keepout.x, keepout.y, 2 * keepout.radius, 2 * keepout.radius, keepout.radius)
            for layer in LAYERS:
                self._put(self.track, disc, own.track / 2 + CORNER, BLOCKED, layer)
            self._put(self.via, disc, own.via / 2 + CORNER, BLOCKED)

    def _edges(self, board: BareBoard, own: NetClass) -> None:
        for y in range(self.rows):
            for x in range(self.columns):
                at_x, at_y = x * self._grid, y * self._grid
                room = min(at_x, at_y, board.width - at_x, board.height - at_y)
                place = y * self.columns + x
                if room < board.edge + own.track / 2:
                    self.track[place] = self.track[place + self.size] = BLOCKED
                if room < board.edge + own.via / 2:
                    self.via[place] = BLOCKED

    def _pad(self, board: BareBoard, own: NetClass, pad: CopperPad, number: int) -> None:
        for layer in pad.layers:
            self._put(self.track, pad, board.clearance + own.track / 2 + CORNER, number, layer)
        self._put(self.via, pad, board.clearance + own.via / 2 + CORNER, number)
        # No via in a pad, nor its hole beside another hole.
        self._put(self.via, pad, own.via / 2, BLOCKED)
        if pad.drill:
            hole = CopperPad("", "", pad.x, pad.y, pad.drill, pad.drill, pad.drill / 2)
            self._put(self.via, hole, board.hole_to_hole + own.drill / 2, BLOCKED)

    def _put(self, values: list[int], pad: CopperPad, beyond: float, number: int, layer: int = 0) -> None:
        across, down = pad.width / 2 + beyond, pad.height / 2 + beyond
        for y in range(max(0, int((pad.y - down) / self._grid)), min(self.rows, int((pad.y + down) / self._grid) + 2)):
            for x in range(
                max(0, int((pad.x - across) / self._grid)), min(self.columns, int((pad.x + across) / self._grid) + 2)
            ):
                if pad.distance(x * self._grid, y * self._grid) < beyond:
                    place = layer * self.size + y * self.columns + x
                    values[place] = number if values[place] in (FREE, number) else BLOCKED


def _disc(radius: float) -> list[tuple[int, int]]:
    reach = range(-int(radius) - 1, int(radius) + 2)
    return [(dx, dy) for dx in reach for dy in reach if hypot(dx, dy) < radius - 1e-9]


class _Router:
    def __init__(self, board: BareBoard, grid: float, prices: Prices) -> None:
        self.board, self.grid, self.prices = board, grid, prices
        names = sorted({pad.net for pad in board.pads} - {""})
        self.numbers = {name: index for index, name in enumerate(names, 1)}
        kinds = {board.class_of(name) for name in names}
        self.maps = {kind: _Maps(board, grid, kind, self.numbers) for kind in sorted(kinds, key=repr)}
        some = next(iter(self.maps.values()), None)
        self.columns, self.rows = (some.columns, some.rows) if some else (0, 0)
        self.size = self.columns * self.rows
        self.history = [0.0] * (2 * self.size)
        self._steps = tuple((dy * self.columns + dx, length) for dx, dy, length in STEPS)
        self.routes: dict[str, list[list[Cell]]] = {}
        joined = [pad for pad in board.pads if pad.joins]
        self.terminals = {name: [self._terminal(pad) for pad in joined if pad.net == name] for name in names}
        for name, ends in self.terminals.items():
            for cell in (cell for end in ends for cell in end):
                self.maps[board.class_of(name)].track[self._place(cell)] = self.numbers[name]

    def _place(self, cell: Cell) -> int:
        return cell[2] * self.size + cell[1] * self.columns + cell[0]

    def _cell(self, place: int) -> Cell:
        layer, flat = divmod(place, self.size)
        y, x = divmod(flat, self.columns)
        return x, y, layer

    def _terminal(self, pad: CopperPad) -> list[Cell]:
        return [(round(pad.x / self.grid), round(pad.y / self.grid), layer) for layer in pad.layers]

    def mark(self, net: str, sign: int) -> None:
        """A net's copper counts, or counts no more, in the way of every class."""
        own = self.board.class_of(net)
        tracks, vias = cells_of(self.routes[net])
        for kind, maps in self.maps.items():
            gap = self.board.clearance + 0.005
            beside = _disc((own.track / 2 + kind.track / 2 + gap) / self.grid)
            via_beside = _disc((own.via / 2 + kind.track / 2 + gap) / self.grid)
            beside_via = _disc((own.track / 2 + kind.via / 2 + gap) / self.grid)
            holes = own.drill / 2 + kind.drill / 2 + self.board.hole_to_hole
            both = _disc(max(own.via / 2 + kind.via / 2 + gap, holes) / self.grid)
            for layer in LAYERS:
                flat = [(x, y) for x, y, where in tracks if where == layer]
                self._add(maps.crowd, {*_around(flat, beside), *_around(vias, via_beside)}, sign, layer)
            flat = [(x, y) for x, y, _ in tracks]
            self._add(maps.crowd_via, {*_around(flat, beside_via), *_around(vias, both)}, sign)

    def _add(self, values: list[int], cells: Iterable[tuple[int, int]], sign: int, layer: int = 0) -> None:
        for x, y in cells:
            if 0 <= x < self.columns and 0 <= y < self.rows:
                values[layer * self.size + y * self.columns + x] += sign

    def contested(self, net: str) -> int:
        """How many cells of a laid net others want; each becomes dearer."""
        maps = self.maps[self.board.class_of(net)]
        tracks, vias = cells_of(self.routes[net])
        self.mark(net, -1)
        found = 0
        for cell in tracks:
            if maps.crowd[self._place(cell)]:
                self.history[self._place(cell)] += 0.4
                found += 1
        for x, y in vias:
            if maps.crowd_via[y * self.columns + x]:
                for layer in LAYERS:
                    self.history[self._place((x, y, layer))] += 0.6
                found += 1
        self.mark(net, 1)
        return found

    def lay(self, net: str, crowding: float) -> bool:
        """Find a net's way from pad to pad. False: there is none."""
        left = list(self.terminals[net])
        tree, paths = set(left.pop(0)), list[list[Cell]]()
        while left:
            path = self._search(net, sorted(tree), {cell for end in left for cell in end}, crowding)
            if not path:
                return False
            paths.append(path)
            tree.update(path)
            reached = next(end for end in left if path[-1] in end)
            left.remove(reached)
            tree.update(reached)
        self.routes[net] = paths
        self.mark(net, 1)
        return True

    def _search(self, net: str, starts: Sequence[Cell], goals: set[Cell], crowding: float) -> list[Cell]:
        xs, ys = [cell[0] for cell in goals], [cell[1] for cell in goals]
        front = _Front(self.columns, self.size, (min(xs), max(xs), min(ys), max(ys)))
        wanted = {self._place(cell) for cell in goals}
        for cell in starts:
            front.offer(self._place(cell), 0.0, -1)
        maps, number = self.maps[self.board.class_of(net)], self.numbers[net]
        while (place := front.nearest()) >= 0:
            if place in wanted:
                return [self._cell(each) for each in front.way_to(place)]
            self._spread(front, place, maps, number, crowding)
        return []

    def _spread(self, front: "_Front", place: int, maps: _Maps, number: int, crowding: float) -> None:
        """Offer what lies around a place, and its other side. The edge is blocked: no step leaves the board."""
        blocked, crowd, history, done = maps.track, maps.crowd, self.history, front.done
        cost, straight = front.best[place], place - front.came[place]
        weight = self.prices.back if place >= self.size else 1.0
        bend = self.prices.bend
        for step, length in self._steps:
            other = place + step
            if blocked[other] in (FREE, number) and other not in done:
                price = length * weight * (1 + history[other]) * (1 + crowding * crowd[other])
                front.offer(other, cost + price + (0.0 if step == straight else bend), place)
        flat = place % self.size
        other = place - self.size if place >= self.size else place + self.size
        if maps.via[flat] in (FREE, number) and blocked[other] in (FREE, number) and other not in done:
            price = self.prices.via * (1 + history[place]) * (1 + crowding * maps.crowd_via[flat])
            front.offer(other, cost + price, place)


class _Front:
    """The search's edge: what was reached, at what cost and from where. Ties are broken by the order of offers."""

    def __init__(self, columns: int, size: int, box: tuple[int, int, int, int]) -> None:
        self._columns, self._size, self._box = columns, size, box
        self.best: dict[int, float] = {}
        self.came: dict[int, int] = {}
        self.done: set[int] = set()
        self._heap: list[tuple[float, int, int]] = []
        self._order = 0

    def offer(self, place: int, cost: float, before: int) -> None:
        """A way to a place; taken when it is the cheapest so far."""
        if cost < self.best.get(place, inf):
            self.best[place], self.came[place] = cost, before
            self._order += 1
            heappush(self._heap, (cost + self._far(place), self._order, place))

    def _far(self, place: int) -> float:
        """Never more than the way that is left: straight and diagonal steps to the box around the goals."""
        y, x = divmod(place % self._size, self._columns)
        left, right, top, bottom = self._box
        across = left - x if x < left else x - right if x > right else 0
        down = top - y if y < top else y - bottom if y > bottom else 0
        return across + DIAGONAL * down if across > down else down + DIAGONAL * across

    def nearest(self) -> int:
        """The next place to spread from; -1 when there is none."""
        while self._heap:
            place = heappop(self._heap)[2]
            if place not in self.done:
                self.done.add(place)
                return place
        return -1

    def way_to(self, place: int) -> list[int]:
        """The places from a start to this one."""
        way = [place]
        while (before := self.came[way[-1]]) >= 0:
            way.append(before)
        return way[::-1]


def _around(cells: Iterable[tuple[int, int]], disc: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for x, y in cells:
        for dx, dy in disc:
            yield x + dx, y + dy


def cells_of(paths: list[list[Cell]]) -> tuple[set[Cell], set[tuple[int, int]]]:
    """The cells under a net's tracks, and those of its vias."""
    tracks = {cell for path in paths for cell in path}
    vias = {(one[0], one[1]) for path in paths for one, other in pairwise(path) if one[2] != other[2]}
    return tracks, vias


def _runs(path: list[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """A path's straight pieces on one layer."""
    start = 0
    for index in range(1, len(path)):
        here = tuple(b - a for a, b in zip(path[index - 1], path[index], strict=True))
        last = index + 1 == len(path)
        after = () if last else tuple(b - a for a, b in zip(path[index], path[index + 1], strict=True))
        if here != after:
            if not here[2]:
                yield path[start], path[index]
            start = index


def route_board(board: BareBoard, grid: float = 0.254, prices: Prices | None = None) -> Copper:
    """Lay all nets of two and more pads. What finds no way, or no room beside the others, is in `open_nets`."""
    prices = prices or Prices()
    router = _Router(board, grid, prices)
    spans = {net: sum(abs(end[0][0] - ends[0][0][0]) + abs(end[0][1] - ends[0][0][1]) for end in ends)
             for net, ends in router.terminals.items() if len(ends) > 1}  # fmt: skip
    order = sorted(spans, key=lambda net: (spans[net], net))
    waiting, lost, crowding = list(order), set[str](), 0.5
    for _ in range(prices.passes):
        for net in waiting:
            if net in router.routes:
                router.mark(net, -1)
                del router.routes[net]
            if not router.lay(net, crowding):
                lost.add(net)
        waiting = [net for net in order if net in router.routes and router.contested(net)]
        if not waiting:
            break
        crowding = min(crowding * 1.6, 60.0)
    for net in waiting:
        del router.routes[net]
    return _as_copper(board, router, tuple(sorted({*lost, *waiting})))


def _as_copper(board: BareBoard, router: _Router, open_nets: tuple[str, ...]) -> Copper:
    tracks: set[Track] = set()
    vias: set[Via] = set()
    grid = router.grid
    for net, paths in router.routes.items():
        own = board.class_of(net)
        for path in paths:
            for (x, y, layer), (to_x, to_y, _) in _runs(path):
                tracks.add(Track(net, layer, (x * grid, y * grid), (to_x * grid, to_y * grid), own.track))
        through = {(cell[0], cell[1]) for end in router.terminals[net] if len(end) > 1 for cell in end}
        vias |= {Via(net, (x * grid, y * grid), own.via, own.drill) for x, y in cells_of(paths)[1] - through}
        tracks |= set(_stubs(board, net, router, own))
    return Copper(tuple(sorted(tracks)), tuple(sorted(vias)), open_nets)


def _stubs(board: BareBoard, net: str, router: _Router, own: NetClass) -> Iterator[Track]:
    """From the cell a way ends at to the middle of its pad, which is seldom on the grid."""
    used = cells_of(router.routes[net])[0]
    for pad in board.pads:
        for x, y, layer in router._terminal(pad) if pad.net == net and pad.joins else ():
            at = (x * router.grid, y * router.grid)
            if (x, y, layer) in used and at != (pad.x, pad.y):
                yield Track(net, layer, at, (pad.x, pad.y), own.track)
