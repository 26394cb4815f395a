"""A child process under KiCad's own Python: places, draws and fills a board with `pcbnew`; JSON in and out.

It runs as a script, one board a process: after a few boards the bindings hand back bare pointers. It imports nothing of
the project, which the system's Python does not have. Millimetres from the board's upper left corner, y downwards.
"""

import json
import math
import sys
from typing import Any

import pcbnew  # type: ignore[import-not-found]

ORIGIN = (100.0, 50.0)
"""Where the board's corner stands on KiCad's page."""
MM = 1e6
COPPER = (pcbnew.F_Cu, pcbnew.B_Cu)
SILK = (pcbnew.F_SilkS, pcbnew.B_SilkS)

Job = dict[str, Any]


def point(x: float, y: float) -> Any:
    """A point of the board on the page."""
    return pcbnew.VECTOR2I(pcbnew.FromMM(round(ORIGIN[0] + x, 6)), pcbnew.FromMM(round(ORIGIN[1] + y, 6)))


def size(width: float, height: float) -> Any:
    """A size."""
    return pcbnew.VECTOR2I(pcbnew.FromMM(width), pcbnew.FromMM(height))


def back(value: Any) -> list[float]:
    """A point of the page on the board."""
    return [round(value.x / MM - ORIGIN[0], 6), round(value.y / MM - ORIGIN[1], 6)]


class Maker:
    """One board in the making."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.board = pcbnew.CreateEmptyBoard()
        self.nets: dict[str, Any] = {}

    def net(self, name: str) -> Any:
        """The net of this name, made when it is first asked for."""
        if name not in self.nets:
            self.nets[name] = pcbnew.NETINFO_ITEM(self.board, name)
            self.board.Add(self.nets[name])
        return self.nets[name]

    def place(self, part: Job) -> None:
        """A part with its nets and its writing."""
        library, name = part["footprint"].split(":")
        footprint = pcbnew.FootprintLoad(f"{self.job['library']}/{library}.pretty", name)
        if footprint is None:
            raise SystemExit(f"no footprint {part['footprint']} for {part['reference']}")
        footprint.SetFPID(pcbnew.LIB_ID(library, name))
        footprint.SetReference(part["reference"])
        footprint.SetValue(part["value"])
        self.board.Add(footprint)
        footprint.SetPosition(point(part["x"], part["y"]))
        if part["back"]:
            footprint.Flip(footprint.GetPosition(), pcbnew.FLIP_DIRECTION_LEFT_RIGHT)
        footprint.SetOrientation(pcbnew.EDA_ANGLE(part["turn"], pcbnew.DEGREES_T))
        self._dress(footprint, part)

    def _dress(self, footprint: Any, part: Job) -> None:
        for pad in footprint.Pads():
            if name := part["nets"].get(pad.GetNumber()):
                pad.SetNet(self.net(name))
            if [part["reference"], pad.GetNumber()] in self.job["bare"]:
                pad.SetLocalZoneConnection(pcbnew.ZONE_CONNECTION_NONE)
        footprint.Value().SetVisible(False)
        footprint.SetDNP(not part["fitted"])
        if part["loose"]:
            footprint.SetAttributes(
                pcbnew.FP_EXCLUDE_FROM_BOM | pcbnew.FP_EXCLUDE_FROM_POS_FILES | pcbnew.FP_BOARD_ONLY
            )
        elif part["path"]:
            footprint.SetPath(pcbnew.KIID_PATH(part["path"]))
        for name, text in part["fields"].items():
            footprint.SetField(name, text)
            footprint.GetFieldByName(name).SetVisible(False)
        self._reference(footprint, part)

    @staticmethod
    def _reference(footprint: Any, part: Job) -> None:
        text = footprint.Reference()
        text.SetTextSize(size(0.8, 0.8))
        text.SetTextThickness(pcbnew.FromMM(0.15))
        text.SetVisible(part["label"] is not None)
        if part["label"] is not None:
            x, y, turn = part["label"]
            text.SetKeepUpright(False)
            text.SetHorizJustify(pcbnew.GR_TEXT_H_ALIGN_CENTER)
            text.SetVertJustify(pcbnew.GR_TEXT_V_ALIGN_CENTER)
            text.SetPosition(point(x, y))
            text.SetTextAngle(pcbnew.EDA_ANGLE(turn, pcbnew.DEGREES_T))

    def outline(self) -> None:
        """A rectangle with round corners."""
        wide, high, r = self.job["width"], self.job["height"], self.job["radius"]
        k = r * (1 - math.sqrt(0.5))
        for start, end in (
            ((r, 0), (wide - r, 0)), ((wide, r), (wide, high - r)),
            ((wide - r, high), (r, high)), ((0, high - r), (0, r)),
        ):  # fmt: skip
            shape = self._edge(pcbnew.SHAPE_T_SEGMENT)
            shape.SetStart(point(*start))
            shape.SetEnd(point(*end))
        for start, middle, end in (
            ((wide - r, 0), (wide - k, k), (wide, r)), ((wide, high - r), (wide - k, high - k), (wide - r, high)),
            ((r, high), (k, high - k), (0, high - r)), ((0, r), (k, k), (r, 0)),
        ):  # fmt: skip
            self._edge(pcbnew.SHAPE_T_ARC).SetArcGeometry(point(*start), point(*middle), point(*end))

    def _edge(self, kind: Any) -> Any:
        shape = pcbnew.PCB_SHAPE(self.board)
        shape.SetShape(kind)
        shape.SetLayer(pcbnew.Edge_Cuts)
        shape.SetWidth(pcbnew.FromMM(0.1))
        self.board.Add(shape)
        return shape

    def write(self, text: Job) -> None:
        """Free words on the silkscreen, centred."""
        item = pcbnew.PCB_TEXT(self.board)
        item.SetText(text["text"])
        item.SetPosition(point(text["x"], text["y"]))
        item.SetLayer(SILK[1] if text["back"] else SILK[0])
        item.SetTextSize(size(text["size"], text["size"]))
        item.SetTextThickness(pcbnew.FromMM(max(0.15, round(text["size"] * 0.15, 2))))
        item.SetTextAngle(pcbnew.EDA_ANGLE(text["turn"], pcbnew.DEGREES_T))
        item.SetMirrored(bool(text["back"]))
        self.board.Add(item)

    def keep_out(self, x: float, y: float, radius: float) -> None:
        """No copper on either side under a screw's head: a rule area, so that the rules check judges it too."""
        zone = pcbnew.ZONE(self.board)
        zone.SetIsRuleArea(True)
        layers = pcbnew.LSET()
        for layer in COPPER:
            layers.AddLayer(layer)
        zone.SetLayerSet(layers)
        zone.SetDoNotAllowTracks(True)
        zone.SetDoNotAllowVias(True)
        zone.SetDoNotAllowPads(False)
        zone.SetDoNotAllowFootprints(False)
        refuse = getattr(zone, "SetDoNotAllowZoneFills", None) or zone.SetDoNotAllowCopperPour  # KiCad 10, KiCad 9
        refuse(True)
        corners = [
            (x + radius * math.cos(k * math.pi / 16), y + radius * math.sin(k * math.pi / 16)) for k in range(32)
        ]
        self._surround(zone, corners)

    def _surround(self, zone: Any, corners: list[tuple[float, float]]) -> None:
        chain = zone.Outline()
        chain.NewOutline()
        for x, y in corners:
            at = point(x, y)
            chain.Append(at.x, at.y)
        self.board.Add(zone)

    def pour(self, net: str) -> None:
        """A net over both sides of the board."""
        wide, high, inset = self.job["width"], self.job["height"], 0.5
        for layer in COPPER:
            zone = pcbnew.ZONE(self.board)
            zone.SetLayer(layer)
            zone.SetNet(self.net(net))
            zone.SetLocalClearance(pcbnew.FromMM(0.25))
            zone.SetMinThickness(pcbnew.FromMM(0.25))
            zone.SetThermalReliefGap(pcbnew.FromMM(0.3))
            zone.SetThermalReliefSpokeWidth(pcbnew.FromMM(0.4))
            zone.SetPadConnection(pcbnew.ZONE_CONNECTION_THERMAL)
            zone.SetIslandRemovalMode(pcbnew.ISLAND_REMOVAL_MODE_ALWAYS)
            self._surround(
                zone, [(inset, inset), (wide - inset, inset), (wide - inset, high - inset), (inset, high - inset)]
            )

    def lay(self) -> None:
        """The routed copper."""
        for net, layer, start, end, width in self.job["tracks"]:
            track = pcbnew.PCB_TRACK(self.board)
            track.SetStart(point(*start))
            track.SetEnd(point(*end))
            track.SetWidth(pcbnew.FromMM(width))
            track.SetLayer(COPPER[layer])
            track.SetNet(self.net(net))
            self.board.Add(track)
        for net, at, wide, drill in self.job["vias"]:
            self.drill(net, at, wide, drill)

    def drill(self, net: str, at: list[float], wide: float, drill: float) -> None:
        """A via."""
        via = pcbnew.PCB_VIA(self.board)
        via.SetPosition(point(*at))
        via.SetWidth(pcbnew.FromMM(wide))
        via.SetDrill(pcbnew.FromMM(drill))
        via.SetNet(self.net(net))
        self.board.Add(via)

    def fill(self) -> None:
        """Fill the zones."""
        pcbnew.ZONE_FILLER(self.board).Fill(self.board.Zones())

    def stitch(self) -> None:
        """Vias of the poured net, of those that were proposed, where both fills have room."""
        zones = {zone.GetLayer(): zone for zone in self.board.Zones() if not zone.GetIsRuleArea()}
        if not zones:
            return
        fills = []
        for layer in COPPER:
            filled = pcbnew.SHAPE_POLY_SET(zones[layer].GetFilledPolysList(layer))
            filled.Deflate(pcbnew.FromMM(0.4), pcbnew.CORNER_STRATEGY_ROUND_ALL_CORNERS, 5000)
            fills.append(filled)
        taken: list[list[float]] = [at for _, at, _, _ in self.job["vias"]]
        for at in self.job["stitches"]:
            far = all(math.dist(at, other) > 3.5 for other in taken)
            if far and all(filled.Contains(point(*at)) for filled in fills):
                self.drill(self.job["poured"], at, 0.7, 0.35)
                taken.append(at)

    def measures(self) -> Job:
        """Pads and printed strokes as they came out."""
        pads, strokes = [], []
        for footprint in self.board.GetFootprints():
            reference = footprint.GetReference()
            for pad in footprint.Pads():
                pads.append(self._pad(reference, pad))
            for item in footprint.GraphicalItems():
                if item.GetLayer() in SILK:
                    strokes.append(self._box(reference, item, SILK.index(item.GetLayer())))
        return {"pads": pads, "strokes": strokes}

    @staticmethod
    def _pad(reference: str, pad: Any) -> Job:
        box = pad.GetBoundingBox()
        shape = pad.GetShape()
        wide, high = box.GetWidth() / MM, box.GetHeight() / MM
        round_ends = shape in (pcbnew.PAD_SHAPE_CIRCLE, pcbnew.PAD_SHAPE_OVAL)
        corner = min(wide, high) / 2 if round_ends else 0.0
        if shape == pcbnew.PAD_SHAPE_ROUNDRECT:
            corner = pad.GetRoundRectCornerRadius() / MM
        through = pad.GetAttribute() == pcbnew.PAD_ATTRIB_NPTH
        layers = [index for index, layer in enumerate(COPPER) if pad.IsOnLayer(layer) or through]
        x, y = back(box.GetCenter())
        return {
            "reference": reference, "number": pad.GetNumber(), "net": pad.GetNetname(), "x": x, "y": y, "width": wide,
            "height": high, "corner": corner, "layers": layers, "drill": pad.GetDrillSize().x / MM, "bare": through,
        }  # fmt: skip

    @staticmethod
    def _box(reference: str, item: Any, side: int) -> Job:
        box = item.GetBoundingBox()
        left, top = back(box.GetPosition())
        right, bottom = left + box.GetWidth() / MM, top + box.GetHeight() / MM
        return {"reference": reference, "side": side, "box": [left, top, right, bottom]}

    def make(self) -> Job:
        """The whole board; saved where the job names a file."""
        self.outline()
        for part in self.job["parts"]:
            self.place(part)
        for keepout in self.job["keepouts"]:
            self.keep_out(*keepout)
        for text in self.job["texts"]:
            self.write(text)
        self.lay()
        if self.job["target"]:
            self.pour(self.job["poured"])
            # Only a board that was read from a file can be filled.
            pcbnew.SaveBoard(self.job["target"], self.board)
            self.board = pcbnew.LoadBoard(self.job["target"])
            self.nets = {str(name): net for name, net in self.board.GetNetsByName().items()}
            self.fill()
            self.stitch()
            self.fill()
            pcbnew.SaveBoard(self.job["target"], self.board)
        return self.measures()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(Maker(json.load(sys.stdin)).make()) + "\n")
