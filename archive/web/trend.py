"""How often something was written about over time: a chart, a table, CSV, JSON."""

import csv
import io
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from archive.search.trend import Point, Split, Trend, find_trend
from archive.web.narrow import quoted, with_condition
from archive.web.render import page
from archive.web.room import Index, InRoom

router = APIRouter(include_in_schema=False)

Asked = Annotated[str, Query(max_length=2000, description="What people type; never an error.")]
Unit = Annotated[
    Literal["", "day", "month", "year"],
    Query(description="What a period is; empty: what the span asks for."),
]
SplitBy = Annotated[Split, Query(description="A count for each source or language.")]


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of the chart: ``height`` in hundredths of the highest, and where it leads."""

    point: Point
    height: int
    query: str


@router.get("/trend.csv")
def trend_table(db: Index, q: Asked, unit: Unit = "", split: SplitBy = "") -> Response:
    """The same as a table for spreadsheets."""
    trend = find_trend(db, q, unit=unit or None, split=split)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["period", "group", "articles", "published"])
    writer.writerows([p.period, p.group, p.articles, p.published] for p in trend.points)
    headers = {"Content-Disposition": 'attachment; filename="trend.csv"'}
    return Response(buffer.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/trend")
def trend_page(
    room: InRoom,
    db: Index,
    q: Asked = "",
    unit: Unit = "",
    split: SplitBy = "",
    *,
    relative: bool = False,
) -> Response:
    """A chart of each group, and the figures below."""
    asked = q.strip()
    trend = find_trend(db, asked, unit=unit or None, split=split) if asked else None
    html = page(
        "trend.html",
        room=room,
        q=asked,
        unit=unit,
        split=split,
        relative=relative,
        trend=trend,
        names={source.id: source.name for source in room.holdings.count(db, room.config()).sources},
        charts=_charts(trend, relative=relative) if trend else {},
        table=f"/trend.csv?{urlencode({'q': asked, 'unit': unit, 'split': split})}",
    )
    return HTMLResponse(html)


def _charts(trend: Trend, *, relative: bool) -> dict[str, list[Bar]]:
    """The bars of each group, all on one scale so that they compare."""
    sizes = [point.share if relative else float(point.articles) for point in trend.points]
    highest = max(sizes, default=0.0) or 1.0
    charts: dict[str, list[Bar]] = {group: [] for group in trend.groups}
    field = {"source": "source", "language": "lang", "": ""}[trend.split]
    for point, size in zip(trend.points, sizes, strict=True):
        query = with_condition(trend.query, f"on:{point.period}")
        if field and point.group:
            query = with_condition(query, f"{field}:{quoted(point.group)}")
        height = max(round(100 * size / highest), 2) if point.articles else 0
        charts[point.group].append(Bar(point, height, query))
    return charts
