"""What options of several commands are made of."""

import click

from archive.durations import parse_duration


class DurationType(click.ParamType[float]):
    """A length of time as the configuration has them; seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds of ``15m``."""
        if isinstance(value, float):
            return value
        try:
            return parse_duration(str(value)).total_seconds()
        except ValueError as error:
            self.fail(str(error), param, ctx)


DURATION = DurationType()
