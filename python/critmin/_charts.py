"""What the pictures share: size, colours, titles with a source line, inline data, and the checks of a frame."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from critmin._words import country_name, short
from critmin.exceptions import InvalidDataError, MissingColumnError, MissingInputsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import altair as alt
    import polars as pl

# Colour-blind safe (Okabe and Ito 2008), in order of use; each is readable on white and on a dark page.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Width of the drawing; the report scales it to the column of the text.
WIDTH = 760
# Panels side by side before the next row begins.
COLUMNS = 3
# Characters of a source line before it wraps.
LINE = 110
# Levels that a price axis in logarithms marks, as multiples of the base price.
LOG_TICKS = (1, 1.2, 1.5, 2, 3, 5, 8, 12, 20, 50, 100)

# Losses this many times apart need an axis in logarithms.
FAR = 20.0


def title(text: str, source: str, *, offset: int = 8) -> alt.TitleParams:
    """Return the heading with the source line under it."""
    import altair as alt

    lines = textwrap.wrap(f"Source: {source}", LINE)
    return alt.TitleParams(text, subtitle=lines, anchor="start", offset=offset)


def data(frame: pl.DataFrame) -> alt.InlineData:
    """Carry the rows inside the chart, so that it is complete in one file."""
    import altair as alt

    return alt.InlineData(values=frame.to_dicts())


def tooltip(frame: pl.DataFrame, *columns: str) -> list[str]:
    """Name those of the columns that the frame has, each with its Vega-Lite type."""
    schema = frame.schema
    return [f"{name}:{'Q' if schema[name].is_numeric() else 'N'}" for name in columns if name in schema]


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn categories into text."""
    import polars as pl
    import polars.selectors as cs

    return frame.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))


def require(frame: pl.DataFrame, columns: list[str]) -> None:
    """Refuse a frame that lacks one of the columns."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise MissingColumnError(
            f"the table lacks {', '.join(f'`{name}`' for name in missing)}; found {frame.columns}: "
            "add or rename the columns"
        )


def require_rows(frame: pl.DataFrame, what: str) -> None:
    """Refuse a frame in which nothing is known."""
    if frame.is_empty():
        raise MissingInputsError(f"no row has a known {what}: there is nothing to draw; an absent figure is not zero")


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the English name of each country."""
    import polars as pl

    names = {code: country_name(code) for code in frame["country"].drop_nulls().unique()}
    return frame.with_columns(pl.col("country").replace(names).alias("country_name"))


def largest(column: pl.Series) -> float:
    """Return the largest number of a column, 0 when it has none."""
    return max((float(value) for value in column.drop_nulls()), default=0.0)


def grid(panels: list[alt.LayerChart]) -> alt.VConcatChart:
    """Arrange panels in rows of at most three, each with scales of its own."""
    import altair as alt

    rows = [alt.hconcat(*panels[first : first + COLUMNS], spacing=24) for first in range(0, len(panels), COLUMNS)]
    return alt.vconcat(*rows, spacing=18)


def band_panel(
    frame: pl.DataFrame, name: str, label: str, *, heading: str, color: str, width: int, log: bool = False,
    share: bool = False,
) -> alt.LayerChart:  # fmt: skip
    """Draw one quantity of one market against the restriction level, with its band."""
    import altair as alt

    axis, scale = alt.Axis(format="%" if share else "~g", tickCount=5), alt.Scale(zero=share)
    if log:
        high = max(largest(frame[f"{name}_high"]), largest(frame[name]))
        ticks = [tick for tick in LOG_TICKS if tick <= high] if high > LOG_TICKS[1] else None
        axis = alt.Axis(format="~g", values=ticks) if ticks else axis
        scale = alt.Scale(type="log", nice=False, domain=[1.0, max(high, 1.0 + 1e-3)])
    x = alt.X(
        "restriction_level:Q",
        title=["restriction level", "(% of the restricted exports)"],
        axis=alt.Axis(format="%", tickCount=5),
    )
    above = alt.TitleParams(heading, anchor="start", frame="group", fontSize=12)
    base = alt.Chart(data(frame), width=width, height=190).encode(x=x)
    low = alt.Y(f"{name}_low:Q", title=label, scale=scale, axis=axis)
    band = base.mark_area(opacity=0.2, color=color).encode(y=low, y2=f"{name}_high:Q")
    told = tooltip(frame, "market", "restriction_level", name, f"{name}_low", f"{name}_high")
    line = base.mark_line(point=alt.OverlayMarkDef(size=14, color=color), color=color)
    return alt.LayerChart(
        layer=[band, line.encode(y=alt.Y(f"{name}:Q", title=label, scale=scale, axis=axis), tooltip=told)],
        title=above,
    )


class LossAxis(NamedTuple):
    """An axis of losses.

    Attributes
    ----------
    scale
        Linear, or in logarithms where losses lie far apart.
    low
        Left end in logarithms, absent on a linear axis.
    word
        What the title says of the scale.
    """

    scale: alt.Scale
    low: float | None
    word: str


def loss_axis(
    losses: Iterable[float | None], *, far: float = FAR, only_if_all: bool = False, room: float = 1.6
) -> LossAxis:
    """Choose the scale for losses: logarithms where they lie more than `far` times apart, with `room` on both sides.

    With `only_if_all` one that is no loss keeps the axis linear; otherwise the picture has to tell it in words.
    """
    import altair as alt

    known = [loss for loss in losses if loss is not None]
    losing = [loss for loss in known if loss > 0]
    is_far = bool(losing) and max(losing) >= far * min(losing)
    if not is_far or (only_if_all and len(losing) < len(known)):
        return LossAxis(alt.Scale(zero=False), None, "")
    low, high = min(losing) / room, max(losing) * room
    return LossAxis(alt.Scale(type="log", domain=[low, high], nice=False), low, ", log scale")


def no_loss(loss: float) -> str:
    """Tell what an axis of losses in logarithms cannot show.

    Examples
    --------
    >>> no_loss(-0.02), no_loss(0.0)
    ('gain of 0.02', 'no change')
    """
    return f"gain of {short(-loss)}" if loss < 0 else "no change"


def one_output(frame: pl.DataFrame) -> pl.DataFrame:
    """Refuse rows of several outputs: their numbers share no axis."""
    require_one(frame, "output")
    return frame


def require_one(frame: pl.DataFrame, column: str) -> None:
    """Refuse a frame with several values in a column that one picture cannot mix."""
    found = [str(value) for value in frame[column].unique(maintain_order=True)]
    if len(found) > 1:
        named = ", ".join(f"`{value}`" for value in found[:3])
        raise InvalidDataError(f"found {len(found)} values of `{column}` ({named} ...): keep the rows of one")


def require_kind(value: object, kind: type, how: str) -> None:
    """Refuse what is no object of this kind, and say what returns one."""
    if not isinstance(value, kind):
        raise InvalidDataError(
            f"found a `{type(value).__name__}`, expected a `{kind.__name__}`: pass what `{how}` returns"
        )


def require_count(value: int, name: str) -> None:
    """Refuse a number of rows below 1."""
    if value < 1:
        raise InvalidDataError(f"found `{name}` = {value}: expected how many rows to draw, 1 or more")
