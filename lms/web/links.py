"""Links in reminders: signed, they open a page after sign-in and carry no right (trust.md 1.19)."""

from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeTimedSerializer

_SALT = "reminder-link"
_FOR_SECONDS = 400 * 24 * 3600


def signed_path(secret_key: str, path: str) -> str:
    """`/go/<signed>` for an own path; no person is named in it."""
    return "/go/" + quote(URLSafeTimedSerializer(secret_key, salt=_SALT).dumps(path), safe="")


def path_of(secret_key: str, signed: str) -> str | None:
    """The path behind a signed link, or None when it was changed or has run out."""
    try:
        path = URLSafeTimedSerializer(secret_key, salt=_SALT).loads(signed, max_age=_FOR_SECONDS)
    except BadSignature:
        return None
    return path if isinstance(path, str) else None
