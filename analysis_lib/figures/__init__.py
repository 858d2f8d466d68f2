"""Figures in one house style: a question as caption, a computed alt text, the data as CSV.

A figure is drawn once, as SVG whose colours are CSS variables: the page sets them for its light
and its dark theme, and the printed fallback is the light one. Text stays text. Nothing here
touches Matplotlib's global state.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis_lib.report import Item, download_link, status_label
from analysis_lib.results import Status

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

WIDTH = 6.6
"""Width of a figure in inches: readable at full size in the text column and on a phone."""

# Stand-ins that are drawn, and the CSS variables that replace them in the SVG. The three
# hues keep apart under the common colour-vision deficiencies; each also differs in lightness.
COLOURS = {
    "ink": "#1f2328",
    "muted": "#57606b",
    "grid": "#d7dde3",
    "paper": "#fefefd",
    "blue": "#0b62a8",
    "orange": "#b45309",
    "teal": "#0f766e",
}
JUPYTER = {"ink": "--jp-content-font-color1", "muted": "--jp-content-font-color2"}
"""JupyterLab's own variables, used where the book's are absent."""

STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.edgecolor": COLOURS["muted"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "grid.color": COLOURS["grid"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.8,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True, kw_only=True)
class Figure(Item):
    """A picture with the question it answers, what it shows in words, and its data."""

    caption: str
    alt: str
    svg: str
    csv: str

    def html(self) -> str:
        """Return the figure with its caption, status and data."""
        file = f"{self.id}.{self.status}.csv"
        picture = self.svg.replace(
            "<svg ", f'<svg role="img" aria-label="{html.escape(self.alt)}" ', 1
        )
        return (
            f'<figure class="bk-item bk-figure" id="{self.anchor}">'
            f'<div class="bk-picture" role="group" tabindex="0" aria-label="Figure: '
            f'{html.escape(self.caption)}">{picture}</div><figcaption>{html.escape(self.caption)} '
            f"{status_label(self.status)} {download_link(file, self.csv, 'Data as CSV')}"
            "</figcaption></figure>"
        )

    def text(self) -> str:
        """Return the caption and the alt text."""
        import textwrap

        return textwrap.fill(f"Figure: {self.caption} [{self.status}] {self.alt}", 88)

    def record(self) -> dict[str, Any]:
        """Add caption and alt text to the record."""
        return {**super().record(), "caption": self.caption, "alt": self.alt}


@contextmanager
def canvas(
    height: float, *, rows: int = 1, columns: int = 1, **kwargs: Any
) -> Iterator[tuple[MplFigure, Any]]:
    """Open a figure of the house width, in the house style, with its axes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as MplFigure

    with mpl.rc_context(STYLE):
        figure = MplFigure(figsize=(WIDTH, height))
        yield figure, figure.subplots(rows, columns, **kwargs)


def finish(
    figure: MplFigure,
    data: pd.DataFrame,
    *,
    id: str,
    status: Status,
    caption: str,
    alt: str,
    **results: Any,
) -> Figure:
    """Turn a drawn figure into a :class:`Figure`; call it inside ``with canvas(...)``."""
    return Figure(
        id=id,
        status=status,
        results=results,
        caption=caption,
        alt=alt,
        svg=_svg(figure, id) if status != "simulated" else _marked(_svg(figure, id), status),
        csv=data.to_csv(index=False, lineterminator="\n"),
    )


def grid(axes: Axes, axis: str = "x") -> None:
    """Draw faint lines across one axis, and drop the other axis' line."""
    axes.grid(visible=True, axis=axis, linewidth=0.8)  # type: ignore[arg-type]
    axes.tick_params(axis="both", length=0)
    axes.spines["left" if axis == "x" else "bottom"].set_visible(axis == "y")


def _marked(svg: str, words: str) -> str:
    """Write a status below the drawing, so that a copied picture keeps it."""
    strip = 14.0
    width, height = (float(end) for end in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    svg = re.sub(r'height="[\d.]+pt"', f'height="{height + strip:g}pt"', svg, count=1)
    svg = re.sub(r'viewBox="[^"]+"', f'viewBox="0 0 {width:g} {height + strip:g}"', svg, count=1)
    label = (
        f'<text x="{width - 2:g}" y="{height + strip - 4:g}" text-anchor="end" '
        f'style="font-size: 9px; fill: {_themed("muted")}">{words}</text>'
    )
    return svg.replace("</svg>", f"{label}</svg>")


def _themed(name: str) -> str:
    """Return a colour as the variable that the page sets, with the drawn one to fall back on."""
    colour = COLOURS[name]
    fallback = f"var({JUPYTER[name]}, {colour})" if name in JUPYTER else colour
    return f"var(--bk-{name}, {fallback})"


def _svg(figure: MplFigure, id: str) -> str:
    """Return byte-stable SVG with theme colours and ids that are unique on the page."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": id}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg ") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'\bid="', f'id="{id}-', svg)
    svg = re.sub(r'href="#|url\(#', lambda match: f"{match[0]}{id}-", svg)
    svg = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", svg)
    for name, colour in COLOURS.items():
        svg = svg.replace(colour, _themed(name))
    return svg
