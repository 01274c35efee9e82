"""`flask prepare · db · demo`: an installation is made ready, by run.py or by hand."""

import datetime as dt
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import click
from alembic.util.exc import CommandError
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from lms.authoring.bundles import read_bundle
from lms.authoring.operations import publish_bundle
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, reading, transaction
from lms.people import operations as people
from lms.people.queries import find_organisation
from lms.reminders.operations.sweeping import SweepFrame
from lms.settings import unknown_names
from lms.system import migrating
from lms.system.demo.loading import PeopleAreThere, Stage, load, require_nobody
from lms.system.demo.scene import Setting
from lms.web.db import house

CONTENT = Path(__file__).parents[3] / "content"
MakeCourier = Callable[[Sessions], Callable[[dt.datetime], object]]

db_commands = AppGroup("db", help="Migrations.")
demo_commands = AppGroup("demo", help="An invented organisation of any size.")


def _say(text: str) -> None:
    click.echo(text, err=True)


@db_commands.command("upgrade")
def upgrade() -> None:
    """Bring the database to this code's tables."""
    _upgrade()


@db_commands.command("downgrade")
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Go back, by default one step."""
    try:
        migrating.downgrade(house().sessions, revision)
    except CommandError as error:
        _say(str(error))
        sys.exit(1)


@db_commands.command("check")
def check() -> None:
    """Exit 1 when the models say something that no migration does."""
    try:
        migrating.check(house().sessions)
    except CommandError as error:
        _say(str(error))
        sys.exit(1)


def _upgrade() -> None:
    try:
        if migrating.upgrade(house().sessions):
            _say("The database has this release's tables.")
    except migrating.DatabaseIsNewer as error:
        _say(str(error))
        sys.exit(1)


@demo_commands.command("load")
@click.option("--people", "people_count", type=click.IntRange(6, 20_000), default=54)
@click.option("--years", type=click.FloatRange(0.5, 10), default=1.5)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1)
def load_demonstration(people_count: int, years: float, seed: int) -> None:
    """Load a demonstration organisation into an empty database, the same for the same seed."""
    _load(people_count, years, seed)


@click.command("prepare")
@click.option("--empty", is_flag=True, help="No demonstration people.")
@with_appcontext
def prepare(*, empty: bool) -> None:
    """Migrate, publish the starter courses, load the demonstration: whatever is still missing."""
    settings = house().settings
    for name, meant in unknown_names(settings.data_dir):
        hint = f"; did you mean {meant}?" if meant else ""
        _say(f"{name} is not a setting of this version and changes nothing{hint}")
    _restart_interrupted_demonstration()
    _upgrade()
    with reading(house().sessions) as session:
        is_new = find_organisation(session) is None
    if is_new and not empty:
        _load(54, 1.5, 1)
    with transaction(house().sessions) as session:
        organisation = people.found_organisation(
            session, name=settings.organisation, holidays_region=settings.holidays
        )
        year = house().today().year
        people.remember_holidays(
            session, region=organisation.holidays, years=range(year - 1, year + 3)
        )
    _publish_starter_courses()


def _marker() -> Path:
    return house().settings.data_dir / "demonstration.loading"


def _restart_interrupted_demonstration() -> None:
    """A demonstration that was cut off in the middle is thrown away and told again.

    The mark stands only while the story is told into a database in which nobody was before; the
    file of sign-ins, written last, shows that it came to its end.
    """
    if not _marker().exists():
        return
    if house().settings.demonstration_file.exists():
        _marker().unlink()
        return
    _say("The demonstration was not loaded to its end last time; it begins anew.")
    house().sessions.engine.dispose()
    for file in house().settings.data_dir.glob("lernstand.db*"):
        file.unlink()
    _marker().unlink()


def _load(people_count: int, years: float, seed: int) -> None:
    settings = house().settings
    if not settings.is_loopback:
        _say("a demonstration is served on a loopback address only; LMS_BASE_URL names another")
        sys.exit(1)
    make_courier: MakeCourier = current_app.extensions["lms_courier"]
    frame = SweepFrame(
        zone=settings.time_zone,
        mail_domain=settings.mail_domain,
        default_locale=settings.default_locale,
        tells_supervisor=True,
    )
    setting = Setting(
        sessions=house().sessions,
        frame=frame,
        files_root=settings.files,
        content=CONTENT,
        organisation=settings.organisation,
        holidays=settings.holidays,
        today=house().today(),
        people_count=people_count,
        years=years,
        seed=seed,
    )
    stage = Stage(
        database_url=settings.database_url,
        sign_ins_file=settings.demonstration_file,
        settings_file=settings.data_dir / "lms.env",
    )
    # A thousand invented mails are no events of this installation.
    logging.getLogger("lms.delivery").setLevel(logging.WARNING)
    _say(f"Loading the demonstration organisation: {people_count} people, {years:g} years …")
    try:
        require_nobody(house().sessions)
    except PeopleAreThere as error:
        _say(str(error))
        sys.exit(1)
    # From here on the database holds nothing but the demonstration, see above.
    _marker().touch(mode=0o600)
    load(stage, setting, make_courier=make_courier, tell=_say, now=utc_now())
    _marker().unlink()


def _publish_starter_courses() -> None:
    """Publish what is new in content/; what somebody edited in the browser is kept."""
    for folder in sorted(path.parent for path in CONTENT.glob("*/course.yaml")):
        bundle = read_bundle(folder)
        if bundle.course is None or bundle.faults:
            _say(f"{folder.name}: not published, see: flask content check {folder}")
            continue
        with transaction(house().sessions) as session:
            publish_bundle(
                session,
                bundle,
                files_root=house().settings.files,
                now=utc_now(),
                today=house().today(),
            )
