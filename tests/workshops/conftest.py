"""What tests of sessions share."""

import pytest

from tests.workshops.samples import Hall


@pytest.fixture
def hall(session):
    """An organisation with sessions."""
    return Hall(session)
