"""The key of an installation on one host: made once, kept for its owner alone."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Make the key once; of several processes that start at the same time one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii")
