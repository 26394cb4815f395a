"""A project's files, the same bytes on every machine: identifiers come from names, nothing is dated by a clock."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from hw.kicad.sexp import Node, Word, dumps
from hw.kicad.sheet import Component, Frame, Label, Note, Placed, Sheet, SubSheet
from hw.kicad.symbols import Point, Symbol, definition, effects, xy

LIBRARY: Final = "sesame"
SCHEMATIC_VERSION: Final = "20250114"
"""KiCad 9's file format; later versions open it."""
LIBRARY_VERSION: Final = "20241209"

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://github.com/sesame-reader/hw")


@dataclass(frozen=True, slots=True)
class Project:
    """A root sheet and its sub-sheets, in the order of their pages. A sub-sheet's file is its name."""

    name: str
    root: Sheet
    subs: tuple[Sheet, ...]

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Every sheet, the root first."""
        return (self.root, *self.subs)


@dataclass(frozen=True, slots=True)
class _Context:
    """Where a sheet stands in its project."""

    project: Project
    sheet: Sheet

    def identifier(self, *parts: object) -> UUID:
        return uuid5(_NAMESPACE, "/".join(map(str, (self.project.name, self.sheet.name, *parts))))

    @property
    def uuid(self) -> UUID:
        return self.identifier("file")

    @property
    def path(self) -> str:
        """KiCad's path of this sheet: the root file, then the box that stands for the sheet."""
        root = _Context(self.project, self.project.root)
        if self.sheet is self.project.root:
            return f"/{root.uuid}"
        return f"/{root.uuid}/{root.identifier('box', self.sheet.name)}"


def _uuid(value: UUID) -> list[Node]:
    return [Word("uuid"), str(value)]


def _at(point: Point, angle: int = 0) -> list[Node]:
    return [Word("at"), *xy(point), angle]


def _flag(name: str, value: bool) -> list[Node]:
    return [Word(name), Word("yes" if value else "no")]


def _stroke(kind: str, width_mm: float = 0) -> list[Node]:
    return [Word("stroke"), [Word("width"), width_mm], [Word("type"), Word(kind)]]


def _fields(placed: Placed) -> Iterator[list[Node]]:
    symbol, component = placed.symbol, placed.component
    reference = placed.reference_at or placed.position(symbol.reference_at)
    value = placed.value_at or placed.position(symbol.value_at)
    aligned = "left" if symbol.left_aligned or placed.reference_at else ""
    # KiCad turns a field with its symbol; a quarter turn more keeps it level.
    angle = 90 if placed.rotation in {90, 270} else 0
    shown = effects(justify=aligned)
    yield [Word("property"), "Reference", placed.reference, _at(reference, angle), _hidden_if(symbol.power, shown)]
    yield [Word("property"), "Value", component.value, _at(value, angle), shown]
    for name, text in _hidden_fields(component).items():
        yield [Word("property"), name, text, _at(placed.at), effects(hidden=True)]


def _hidden_if(hidden: bool, shown: list[Node]) -> list[Node]:
    return effects(hidden=True) if hidden else shown


def _hidden_fields(component: Component) -> dict[str, str]:
    return {"Footprint": component.footprint, "Datasheet": component.datasheet, **component.fields}


def _instance(context: _Context, placed: Placed) -> list[Node]:
    place: list[Node] = [Word("path"), context.path, [Word("reference"), placed.reference], [Word("unit"), 1]]
    return [Word("instances"), [Word("project"), context.project.name, place]]


def _is_bought(placed: Placed) -> bool:
    """False for a supply's arrow, and for a pad that is nothing but copper."""
    return not placed.symbol.power and not placed.component.footprint.startswith("TestPoint:")


def _symbol(context: _Context, placed: Placed) -> list[Node]:
    node: list[Node] = [Word("symbol"), [Word("lib_id"), f"{LIBRARY}:{placed.symbol.name}"]]
    node.append(_at(placed.at, placed.rotation))
    if placed.mirrored:
        node.append([Word("mirror"), Word("y")])
    node += [[Word("unit"), 1], _flag("exclude_from_sim", False), _flag("in_bom", _is_bought(placed))]
    node += [_flag("on_board", True), _flag("dnp", not placed.component.fitted)]
    node += [_uuid(context.identifier("symbol", placed.reference)), *_fields(placed)]
    for pin in placed.symbol.pins:
        node.append([Word("pin"), pin.number, _uuid(context.identifier("pin", placed.reference, pin.number))])
    node.append(_instance(context, placed))
    return node


def _label(context: _Context, label: Label) -> list[Node]:
    kind = "hierarchical_label" if label.shape else "label"
    node: list[Node] = [Word(kind), label.text]
    if label.shape:
        node.append([Word("shape"), Word(label.shape)])
    justify = "right" if label.angle in {180, 270} else "left"
    look = effects(justify=justify if label.shape else f"{justify} bottom")
    return [*node, _at(label.at, label.angle), look, _uuid(context.identifier(kind, label.text, label.at))]


def _note(context: _Context, note: Note) -> list[Node]:
    look = effects(note.size_mm, justify="left top", bold=note.bold)
    return [
        Word("text"),
        note.text,
        _flag("exclude_from_sim", False),
        _at(note.at),
        look,
        _uuid(context.identifier("text", note.at)),
    ]


def _frame(context: _Context, frame: Frame) -> list[Node]:
    return [
        Word("rectangle"),
        [Word("start"), *xy(frame.corner)],
        [Word("end"), *xy(frame.opposite)],
        _stroke("dash", 0.2),
        [Word("fill"), [Word("type"), Word("none")]],
        _uuid(context.identifier("frame", frame.corner)),
    ]


def _frame_title(frame: Frame) -> Note:
    return Note(frame.title, (frame.corner[0] + 1, frame.corner[1] + 1), 1.778, bold=True)


def _box(context: _Context, box: SubSheet, page: int) -> list[Node]:
    (x1, y1), (x2, y2) = box.corner, box.opposite
    node: list[Node] = [Word("sheet"), _at(box.corner)[:3], [Word("size"), *xy((x2 - x1, y2 - y1))]]
    node += [_stroke("solid", 0.2), [Word("fill"), [Word("color"), 255, 255, 240, 1]]]
    node.append(_uuid(context.identifier("box", box.file)))
    title = effects(1.524, justify="left bottom", bold=True)
    node.append([Word("property"), "Sheetname", box.title, _at((x1, y1 - 0.5)), title])
    file_look = effects(1.016, justify="left top")
    node.append([Word("property"), "Sheetfile", f"{box.file}.kicad_sch", _at((x1, y2 + 0.5)), file_look])
    for pin in box.pins:
        look = effects(justify="right" if pin.right else "left")
        shape: list[Node] = [Word("pin"), pin.name, Word(pin.shape), _at(pin.at, 0 if pin.right else 180)]
        node.append([*shape, look, _uuid(context.identifier("boxpin", box.file, pin.name))])
    page_node: list[Node] = [Word("path"), context.path, [Word("page"), str(page)]]
    node.append([Word("instances"), [Word("project"), context.project.name, page_node]])
    return node


def _title_block(sheet: Sheet) -> list[Node]:
    block = sheet.title_block
    node: list[Node] = [Word("title_block"), [Word("title"), block.title], [Word("date"), block.date]]
    node += [[Word("rev"), block.revision], [Word("company"), block.company]]
    node += [[Word("comment"), number, text] for number, text in enumerate(block.comments, 1)]
    return node


def _used_symbols(sheet: Sheet) -> list[Symbol]:
    return sorted({placed.symbol.name: placed.symbol for placed in sheet.placed}.values(), key=lambda s: s.name)


def _strokes(context: _Context) -> Iterator[list[Node]]:
    sheet = context.sheet
    for point in sheet.junctions():
        dot: list[Node] = [Word("junction"), _at(point)[:3], [Word("diameter"), 0], [Word("color"), 0, 0, 0, 0]]
        yield [*dot, _uuid(context.identifier("junction", point))]
    for point in sheet.unconnected:
        yield [Word("no_connect"), _at(point)[:3], _uuid(context.identifier("open", point))]
    for start, end in sheet.segments():
        points: list[Node] = [Word("pts"), [Word("xy"), *xy(start)], [Word("xy"), *xy(end)]]
        yield [Word("wire"), points, _stroke("default"), _uuid(context.identifier("wire", start, end))]


def schematic(project: Project, sheet: Sheet) -> str:
    """The text of a sheet's `.kicad_sch` file."""
    context = _Context(project, sheet)
    node: list[Node] = [Word("kicad_sch"), [Word("version"), Word(SCHEMATIC_VERSION)]]
    node += [[Word("generator"), "eeschema"], [Word("generator_version"), "9.0"], _uuid(context.uuid)]
    node += [[Word("paper"), "A4"], _title_block(sheet)]
    node.append([Word("lib_symbols"), *(definition(symbol, LIBRARY) for symbol in _used_symbols(sheet))])
    titles = [_frame_title(frame) for frame in sheet.frames]
    node += [_note(context, note) for note in (*titles, *sheet.notes)]
    node += [_frame(context, frame) for frame in sheet.frames]
    node += _strokes(context)
    node += [_label(context, label) for label in sheet.labels]
    node += [_symbol(context, placed) for placed in sheet.placed]
    pages = {sub.name: sub.page for sub in project.subs}
    node += [_box(context, box, pages[box.file]) for box in sheet.sub_sheets]
    if sheet is project.root:
        node.append([Word("sheet_instances"), [Word("path"), "/", [Word("page"), "1"]]])
    node.append(_flag("embedded_fonts", False))
    return dumps(node) + "\n"


def library(symbols: tuple[Symbol, ...]) -> str:
    """The text of a `.kicad_sym` file."""
    node: list[Node] = [Word("kicad_symbol_lib"), [Word("version"), Word(LIBRARY_VERSION)]]
    node += [[Word("generator"), "kicad_symbol_editor"], [Word("generator_version"), "9.0"]]
    node += [definition(symbol) for symbol in sorted(symbols, key=lambda symbol: symbol.name)]
    return dumps(node) + "\n"


def library_table() -> str:
    """The table that tells KiCad where the project's symbols are."""
    uri = f"${{KIPRJMOD}}/../{LIBRARY}.kicad_sym"
    fields = {"name": LIBRARY, "type": "KiCad", "uri": uri, "options": "", "descr": "Symbols of the Sésame reader"}
    row: list[Node] = [Word("lib")]
    row += [[Word(name), text] for name, text in fields.items()]
    return dumps([Word("sym_lib_table"), [Word("version"), 7], row]) + "\n"


def project_settings(project: Project) -> str:
    """The text of the `.kicad_pro` file: every rule stays as strict as KiCad has it."""
    settings = {"meta": {"filename": f"{project.name}.kicad_pro", "version": 3}, "schematic": {}, "text_variables": {}}
    return json.dumps(settings, indent=2) + "\n"


def file_texts(project: Project) -> dict[str, str]:
    """File name -> text, for the project's folder."""
    texts = {f"{sheet.name}.kicad_sch": schematic(project, sheet) for sheet in project.sheets}
    texts[f"{project.name}.kicad_pro"] = project_settings(project)
    texts["sym-lib-table"] = library_table()
    return texts
