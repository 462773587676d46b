"""``microfiche trend``: how often something was written about over time."""

import csv
import json
import sys
from dataclasses import asdict

import click

from archive.cli import archive_of
from archive.cli.search import tell
from archive.index.open import read_index
from archive.search.periods import Unit
from archive.search.trend import Split, Trend, find_trend

_WIDTH = 40


@click.command("trend")
@click.argument("query", nargs=-1, required=True)
@click.option("--by", "unit", type=click.Choice(("day", "month", "year")), help="Default: by span.")
@click.option("--split", type=click.Choice(("source", "language")), help="A count for each.")
@click.option("--relative", is_flag=True, help="Bars are shares of what was published.")
@click.option("--csv", "as_csv", is_flag=True, help="A table: period, group, articles, published.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a period.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    query: tuple[str, ...],
    unit: Unit | None,
    split: Split | None,
    relative: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Count the articles of QUERY over time, beside all that were published.

    Example: microfiche trend seagrass --by year --split source --csv
    """
    asked = " ".join(query)
    with read_index(archive_of(ctx)) as db:
        trend = find_trend(db, asked, unit=unit, split=split or "")
    tell(asked, trend.notes)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["period", "group", "articles", "published"])
        writer.writerows([p.period, p.group, p.articles, p.published] for p in trend.points)
    elif as_json:
        for point in trend.points:
            click.echo(json.dumps(asdict(point), ensure_ascii=False))
    else:
        _draw(trend, relative=relative)


def _draw(trend: Trend, *, relative: bool) -> None:
    sizes = [point.share if relative else float(point.articles) for point in trend.points]
    highest = max(sizes, default=0.0) or 1.0
    width = max((len(group) for group in trend.groups), default=0)
    for point, size in zip(trend.points, sizes, strict=True):
        bar = "█" * round(_WIDTH * size / highest) or ("▏" if point.articles else "")
        figures = f"{point.articles:,} of {point.published:,} ({point.share:.1%})"
        click.echo(f"{point.period}  {point.group:<{width}}  {bar:<{_WIDTH}}  {figures}".rstrip())
