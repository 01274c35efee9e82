from pathlib import Path

import pytest

from lms.authoring.bundles import read_bundle

CONTENT = Path(__file__).parents[2] / "content"
FOLDERS = sorted(file.parent.name for file in CONTENT.glob("*/course.yaml"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_courses_of_the_repository_are_sound(folder):
    bundle = read_bundle(CONTENT / folder)
    assert (bundle.faults, bundle.warnings) == ([], [])
    assert bundle.course.slug == folder
    assert bundle.course.languages == ("de", "en")
