"""`flask content …`: bundles are checked, published and described from the command line."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.authoring import operations
from lms.authoring.bundles import COURSE_FILE, Bundle, read_bundle
from lms.authoring.rules import Outcome, Publication
from lms.authoring.schema import schema_text
from lms.courses import queries
from lms.courses.document import Course
from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.web.db import house

content_commands = AppGroup("content", help="Check and publish course bundles.")

_FOLDERS = click.Path(exists=True, file_okay=False, path_type=Path)
_LONGEST_RETRAIN_DAYS = 3650


@content_commands.command("check")
@click.argument("paths", nargs=-1, required=True, type=_FOLDERS)
def check(paths: tuple[Path, ...]) -> None:
    """Say what is wrong with bundles: file, line, what is allowed. Exit 1 if anything is."""
    bundles = [_read(folder) for folder in _bundle_folders(paths)]
    sys.exit(1 if any(bundle.faults for bundle in bundles) else 0)


@content_commands.command("load")
@click.argument("paths", nargs=-1, required=True, type=_FOLDERS)
@click.option(
    "--retrain-days",
    type=click.IntRange(1, _LONGEST_RETRAIN_DAYS),
    help="Everybody must take the new version within N days.",
)
@click.option("--replace", is_flag=True, help="Publish over edits made in the browser.")
def load(paths: tuple[Path, ...], retrain_days: int | None, *, replace: bool) -> None:
    """Publish bundles that are new or changed; a broken one is refused, the others are loaded."""
    is_all_well = True
    for folder in _bundle_folders(paths):
        bundle = _read(folder)
        if bundle.course is None or bundle.faults:
            click.echo(f"{folder}: not loaded, nothing was changed", err=True)
            is_all_well = False
            continue
        with transaction(house().sessions) as session:
            publication = operations.publish_bundle(
                session,
                bundle,
                files_root=house().settings.files,
                now=utc_now(),
                today=house().today(),
                retrain_days=retrain_days,
                replace=replace,
            )
        click.echo(_told(bundle.course.slug, publication))
    sys.exit(0 if is_all_well else 1)


@content_commands.command("schema")
def schema() -> None:
    """Print the JSON schema of bundles, as content/schema.json holds it for editors."""
    click.echo(schema_text(), nl=False)


def _bundle_folders(paths: tuple[Path, ...]) -> list[Path]:
    """The bundles that are meant; a folder of bundles stands for all of them."""
    folders: list[Path] = []
    for path in paths:
        inside = sorted(file.parent for file in path.glob(f"*/{COURSE_FILE}"))
        folders += inside if inside and not (path / COURSE_FILE).exists() else [path]
    return folders


def _read(folder: Path) -> Bundle:
    """The bundle; its faults and warnings go to standard error."""
    bundle = read_bundle(folder)
    if bundle.course is not None and (published := _published(bundle.course.slug)) is not None:
        bundle.faults.extend(bundle.reused_keys(published))
    for warning in bundle.warnings:
        place = f"{warning.file}:{warning.line}"
        click.echo(f"{place}: warning: {warning.wrong}; allowed: {warning.allowed}", err=True)
    for fault in bundle.faults:
        click.echo(str(fault), err=True)
    return bundle


def _published(slug: str) -> Course | None:
    """The version that people have now; bundles can be checked where there is no database, too."""
    try:
        if not _has_database():
            return None
        with reading(house().sessions) as session:
            published = queries.find_published(session, slug)
    except (OperationalError, ProgrammingError):
        click.echo(f"{slug}: not compared with what is published, no database answers", err=True)
        return None
    return published.document if published is not None else None


def _has_database() -> bool:
    """False where asking would only make an empty SQLite file."""
    url = house().sessions.engine.url
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return not is_file or Path(str(url.database)).exists()


def _told(slug: str, publication: Publication) -> str:
    if publication.outcome is Outcome.UNCHANGED:
        return f"{slug}: unchanged, version {publication.number} stays"
    if publication.outcome is Outcome.KEPT:
        return f"{slug}: edited in the browser, kept; --replace publishes over it"
    counts = [_counted(name, len(keys)) for name, keys in publication.changes.items()]
    summary = f" ({', '.join(counts)})" if counts else ""
    return f"{slug}: version {publication.number} published{summary}"


def _counted(name: str, count: int) -> str:
    """`lessons_changed` as "1 lesson changed"; of the course itself the number of keys."""
    things, _underscore, deed = name.partition("_")
    if things == "course":
        return f"{count} {'key' if count == 1 else 'keys'} of the course {deed}"
    return f"{count} {things.removesuffix('s') if count == 1 else things} {deed}"
