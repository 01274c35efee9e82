"""`flask mail deliver --follow` with mails that are always due, and little patience."""

from lms.app import create_app
from lms.delivery import cli, endings
from lms.settings import Settings
from tests.delivery.digest_values import TODAY, digest, line
from tests.delivery.workers import Always


def main() -> None:
    """The command, with the kinds of the test instead of those of the house."""
    kinds = Always(answer=digest(line(TODAY))).kinds
    cli.kinds_of = lambda _zone: kinds  # type: ignore[assignment]
    endings.PATIENCE_SECONDS = 1.0
    app = create_app(Settings.from_env())
    app.cli.main(args=["mail", "deliver", "--follow"])


if __name__ == "__main__":
    main()
