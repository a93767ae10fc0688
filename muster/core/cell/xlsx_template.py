"""An XLSX workbook (ECMA-376) with placeholders such as {{student.full_name}}: which there are, and the filled one.

The content begins with a line of JSON that says what to do: `fill` is null, or `values` by placeholder and `rows`, by
which each row of the sheet that names one of theirs is repeated. What is filled in is text or
a number, never a formula.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from lxml import etree

from muster.core.cell.reading import Broken, CellRefusal, Parsed
from muster.core.cell.xlsx_rows import BROKEN, NEEDED, OF_OTHERS, must_be_small_archive

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][\w.]{0,60})\s*\}\}")
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# What does something when the workbook is opened, or fetches something.
ACTIVE = re.compile(
    r"vbaproject|externallinks/|embeddings/|activex/|ctrlprops/|connections\.xml|querytables/|macrosheets/|dialogsheets/",
    re.IGNORECASE,
)
HYPERLINK = "/hyperlink"
# Formulas that ask somebody else: a function that does, another program (DDE), another workbook.
ASKS = re.compile(
    r"\b(WEBSERVICE|IMAGE|RTD|CALL|REGISTER\.ID|EXEC|CUBE[A-Z]+|STOCKHISTORY)\s*\(|\||(?<![\w\]])\[[0-9]+\]",
    re.IGNORECASE,
)
QUOTED = re.compile('"[^"]*"')
FORMULAS = frozenset(f"{MAIN}{name}" for name in ("f", "formula", "formula1", "formula2", "definedName"))
# Where its formulas are in which order, which no longer holds.
CHAIN = "xl/calcchain.xml"
# A cell in a formula, not within a name or behind the name of another sheet.
REFERENCE = re.compile(r"(?<![A-Za-z0-9_.!'])(\$?[A-Z]{1,3}\$?)([0-9]{1,7})(?![0-9A-Za-z_.(!])")
RANGE = re.compile(
    r"(?<![A-Za-z0-9_.!'])(\$?[A-Z]{1,3}\$?)([0-9]{1,7}):(\$?[A-Z]{1,3}\$?)([0-9]{1,7})(?![0-9A-Za-z_.(!])"
)
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
MOST_TEXT = 32_767


def parse(content: bytes) -> Parsed:
    """The placeholders, and the filled workbook where one is asked for. Raises CellRefusal."""
    line, _newline, book = content.partition(b"\n")
    order = json.loads(line)["fill"]
    try:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            must_be_small_archive(archive, NEEDED, OF_OTHERS)
            parts = {name: archive.read(name) for name in archive.namelist()}
    except BROKEN as error:
        raise Broken from error
    try:
        _must_be_passive(parts)
        workbook = Workbook(parts)
        found = sorted(workbook.placeholders())
        return {"placeholders": found}, workbook.filled(order["values"], order["rows"]) if order else b""
    except (etree.LxmlError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise Broken from error


def _must_be_passive(parts: Mapping[str, bytes]) -> None:
    """Raises CellRefusal for what runs, embeds or fetches something."""
    if any(ACTIVE.search(name) for name in parts):
        raise CellRefusal("active_content")
    for name, part in parts.items():
        if name.lower().endswith(".rels"):
            for relation in _xml(part):
                if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith(HYPERLINK):
                    raise CellRefusal("active_content")
        elif SHEET_PART.fullmatch(name) or name.lower() == "xl/workbook.xml":
            for formula in _xml(part).iter(*FORMULAS):
                if ASKS.search(QUOTED.sub("", formula.text or "")):
                    raise CellRefusal("active_content")


def _xml(part: bytes) -> Any:
    tree = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if tree.getroottree().docinfo.doctype:
        raise Broken
    return tree


class Workbook:
    """A workbook by its parts."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        shared = next((name for name in parts if name.lower() == "xl/sharedstrings.xml"), None)
        self.shared = [_text(one) for one in _xml(parts[shared])] if shared else []
        self.sheets = {name: _xml(part) for name, part in parts.items() if SHEET_PART.fullmatch(name)}

    def placeholders(self) -> Iterator[str]:
        """Those of all cells. Raises CellRefusal for a formula that could not be filled or moved."""
        for name, sheet in self.sheets.items():
            for cell in sheet.iter(f"{MAIN}c"):
                formula = cell.find(f"{MAIN}f")
                if formula is None:
                    yield from PLACEHOLDER.findall(self._said(cell))
                    continue
                place = {"place": cell.get("r", ""), "sheet": name.rsplit("/", 1)[-1].removesuffix(".xml")}
                if "{{" in (formula.text or ""):
                    raise CellRefusal("placeholder_in_formula", **place)
                if formula.get("t", "normal") != "normal":
                    raise CellRefusal("formula_kind", **place)

    def filled(self, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The workbook with the values in the places of its placeholders."""
        repeated = {name for row in rows for name in row}
        for name, sheet in self.sheets.items():
            self._fill_sheet(sheet, values, rows, repeated)
            self.parts[name] = _bytes(sheet)
        self._forget_what_was_worked_out()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)
        return out.getvalue()

    def _said(self, cell: Any) -> str:
        if cell.get("t") == "inlineStr":
            return _text(cell)
        value = cell.findtext(f"{MAIN}v")
        return self.shared[int(value)] if cell.get("t") == "s" and value else ""

    def _fill_sheet(
        self, sheet: Any, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], repeated: set[str]
    ) -> None:
        data = sheet.find(f"{MAIN}sheetData")
        if data is None:
            return
        # By row as it was: how many of it there are.
        times: dict[int, int] = {}
        at = 0
        for row in list(data):
            at = int(row.get("r") or at + 1)
            names = {name for cell in row for name in PLACEHOLDER.findall(self._said(cell))}
            copies = [row]
            if names & repeated and rows:
                copies += [deepcopy(row) for _more in rows[1:]]
                times[at] = len(copies)
                for place, copy in enumerate(copies[1:], start=1):
                    data.insert(data.index(row) + place, copy)
            for place, copy in enumerate(copies):
                self._fill_row(copy, at, {**values, **(rows[place] if times.get(at) else {})})
        _renumber(sheet, data, times)

    def _fill_row(self, row: Any, at: int, values: Mapping[str, Any]) -> None:
        row.set("r", str(at))
        for cell in row:
            said = self._said(cell)
            if cell.find(f"{MAIN}f") is not None or not PLACEHOLDER.search(said):
                continue
            alone = PLACEHOLDER.fullmatch(said.strip())
            value = values.get(alone[1], "") if alone else _replaced(said, values)
            for child in list(cell):
                cell.remove(child)
            cell.attrib.pop("t", None)
            if isinstance(value, (int, float)):
                etree.SubElement(cell, f"{MAIN}v").text = repr(value)
            elif value:
                cell.set("t", "inlineStr")
                text = etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t")
                text.text = UNSEEN.sub("", value)[:MOST_TEXT]
                text.set(XML_SPACE, "preserve")

    def _forget_what_was_worked_out(self) -> None:
        """Have the formulas worked out anew when the workbook is opened."""
        for name in [one for one in self.parts if one.lower() == CHAIN]:
            del self.parts[name]
        for name in self.parts:
            low = name.lower()
            if low == "[content_types].xml" or low == "xl/_rels/workbook.xml.rels":
                tree = _xml(self.parts[name])
                for child in list(tree):
                    if "calcchain" in f"{child.get('PartName', '')}{child.get('Target', '')}".lower():
                        tree.remove(child)
                self.parts[name] = _bytes(tree)
            elif low == "xl/workbook.xml":
                tree = _xml(self.parts[name])
                for defined in list(tree.iter(f"{MAIN}definedName")):
                    if defined.get("name") == "_xlnm.Print_Area":
                        defined.getparent().remove(defined)
                for names in list(tree.iter(f"{MAIN}definedNames")):
                    if not len(names):
                        tree.remove(names)
                for worked in tree.iter(f"{MAIN}calcPr"):
                    worked.set("fullCalcOnLoad", "1")
                self.parts[name] = _bytes(tree)


def _text(element: Any) -> str:
    """The text of an item, without how it is spoken."""
    return "".join(
        one.text or "" for one in element.iter(f"{MAIN}t") if one.getparent().tag != f"{MAIN}rPh" and one.text
    )


def _bytes(tree: Any) -> bytes:
    made: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def _replaced(said: str, values: Mapping[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: _as_text(values.get(found[1], "")), said)


def _as_text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _renumber(sheet: Any, data: Any, times: Mapping[int, int]) -> None:
    """Let rows, cells, merged cells and formulas stand where the repeated rows moved them."""

    def moved(row: int, *, is_end: bool = False) -> int:
        before = sum(count - 1 for at, count in times.items() if at < row)
        return row + before + (times.get(row, 1) - 1 if is_end else 0)

    def in_formula(text: str, row: int, copy: int) -> str:
        """The formula of a copy of a row. References to that row are to the copy's, unless they are fixed ($)."""
        # Ranges first, under signs that no formula has, so that their ends are not moved twice.
        kept: list[str] = []

        def placed(column: str, at: str) -> str:
            own = copy if int(at) == row and not column.endswith("$") else 0
            return f"{column}{moved(int(at)) + own}"

        def keep(found: re.Match[str]) -> str:
            if int(found[2]) == int(found[4]) == row:
                kept.append(f"{placed(found[1], found[2])}:{placed(found[3], found[4])}")
            else:
                kept.append(f"{found[1]}{moved(int(found[2]))}:{found[3]}{moved(int(found[4]), is_end=True)}")
            return f"\ue000{len(kept) - 1}\ue001"

        text = RANGE.sub(keep, text)
        text = REFERENCE.sub(lambda found: placed(found[1], found[2]), text)
        return re.sub("\ue000([0-9]+)\ue001", lambda found: kept[int(found[1])], text)

    seen: dict[int, int] = {}
    for row in data:
        was = int(row.get("r"))
        copy = seen.get(was, 0)
        seen[was] = copy + 1
        now = moved(was) + copy
        row.set("r", str(now))
        for cell in row:
            if place := cell.get("r"):
                cell.set("r", re.sub(r"[0-9]+$", str(now), place))
            formula = cell.find(f"{MAIN}f")
            if formula is not None and formula.text:
                formula.text = in_formula(formula.text, was, copy)
                for worked_out in cell.findall(f"{MAIN}v"):
                    cell.remove(worked_out)
    for merges in sheet.findall(f"{MAIN}mergeCells"):
        for merge in list(merges):
            first, _colon, last = merge.get("ref", "").partition(":")
            rows = [int(re.sub("[^0-9]", "", end)) for end in (first, last or first)]
            columns = [re.sub("[0-9$]", "", end) for end in (first, last or first)]
            copies = times.get(rows[0], 1) if rows[0] == rows[1] else 1
            starts = [moved(rows[0]) + copy for copy in range(copies)]
            for place, start in enumerate(starts):
                end = start if rows[0] == rows[1] else moved(rows[1], is_end=True)
                one = merge if place == 0 else deepcopy(merge)
                one.set("ref", f"{columns[0]}{start}:{columns[1]}{end}")
                if place:
                    merges.append(one)
        merges.attrib.pop("count", None)
    for dimension in sheet.findall(f"{MAIN}dimension"):
        sheet.remove(dimension)
