"""Who may open what: denied unless a view says `public`, `signed_in` or which permission it needs.

Signed out leads to the sign-in page, a wrong role to 403; somebody else's object is a 404, which
the queries see to by loading through the viewer.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import flask_login
from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.kernel.clock import utc_now
from lms.kernel.permissions import NotAllowed, Permission, may
from lms.kernel.viewer import Viewer
from lms.web.db import SAFE_METHODS, house

_View = TypeVar("_View", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed_in"
CONFIRMED_FOR = dt.timedelta(minutes=10)
_COOKIE_KEY = "sign_in"
_ANY_HOST = frozenset({"/healthz", "/readyz"})
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]  # Flask-Login carries no types
    """What Flask-Login holds on to: the viewer of this request."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer

    def get_id(self) -> str:
        """The row of the sign-in."""
        return str(self.viewer.sign_in_id)


def public(view: _View) -> _View:
    """Open to everybody, signed in or not."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: _View) -> _View:
    """Open to everybody who is signed in."""
    view.access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[_View], _View]:
    """Open to those whose roles carry the permission (lms.kernel.permissions)."""

    def mark(view: _View) -> _View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return mark


def stepped_up(view: _View) -> _View:
    """Open only to somebody who showed within 10 minutes who they are (trust.md 1.18).

    Stands below the line that says who may open it. Of a form mark both views: whoever opens it
    confirms first, so that nothing typed is lost.
    """
    view.is_stepped_up = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: _View) -> _View:
    """Open also to somebody who must set up a second factor before anything else (trust.md 1.7)."""
    view.is_before_factor = True  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> str | None:
    """What an endpoint asks for; None for one that forgot to say, which nobody can open."""
    if endpoint == "static":
        return PUBLIC
    found: str | None = getattr(app.view_functions[endpoint], "access", None)
    return found


def without_database() -> None:
    """From now on this request does not ask who is looking: its page says that nothing works."""
    g.is_without_database = True


def is_without_database() -> bool:
    """True once something of this request failed for want of a database: asking again waits."""
    return bool(g.get("is_without_database"))


def current_viewer() -> Viewer | None:
    """The signed-in person, or None."""
    user = flask_login.current_user
    return user.viewer if isinstance(user, SignedIn) else None


def viewer() -> Viewer:
    """The signed-in person; only for views that are not public."""
    found = current_viewer()
    if found is None:
        raise NotAllowed
    return found


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence around a predicate
    """Raise NotAllowed (403) unless the predicate holds."""
    if not allowed:
        raise NotAllowed


def sign_in_token() -> str | None:
    """The random token of this browser's sign-in, from the signed cookie."""
    token = session.get(_COOKIE_KEY)
    return token if isinstance(token, str) else None


def begin_sign_in(token: str, *, keep: bool) -> None:
    """Empty the cookie and make it anew for a fresh sign-in."""
    session.clear()
    session[_COOKIE_KEY] = token
    if keep:
        session.permanent = True


def renew_sign_in(token: str) -> None:
    """The same sign-in goes on under a new token."""
    session[_COOKIE_KEY] = token


def end_sign_in() -> None:
    """Empty the cookie."""
    session.clear()


def safe_next(target: str | None) -> str | None:
    """An own path to go on to after sign-in, or None (trust.md 1.16)."""
    if not target or len(target) > 2000:
        return None
    plain = unquote(target)
    if any(ord(letter) < 32 or letter == "\x7f" for letter in plain) or "\\" in plain:
        return None
    if not target.startswith("/") or plain.startswith("//"):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout")):
        return None
    return target


def init_guard(app: Flask, find_viewer: Callable[[str], Viewer | None]) -> None:
    """Deny by default; `find_viewer` turns a sign-in token into the person behind it."""
    manager = flask_login.LoginManager(app)
    manager.session_protection = None

    @manager.request_loader  # type: ignore[untyped-decorator]  # as above
    def load(_request: object) -> SignedIn | None:
        if is_without_database():
            return None
        token = sign_in_token()
        found = find_viewer(token) if token else None
        return SignedIn(found) if found else None

    app.before_request(_refuse_foreign)
    app.before_request(_refuse_nul)
    app.before_request(_check_access)


def _refuse_foreign() -> None:
    if request.path not in _ANY_HOST and request.host.lower() not in _own_hosts():
        abort(400, description="foreign host")
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(400, description="cross-site request")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin.partition("://")[2].lower() not in _own_hosts():
        abort(400, description="foreign origin")


def _refuse_nul() -> None:
    """No text of ours holds a NUL, and not every database keeps one (trust.md 3.6)."""
    sent = (request.args, request.form)
    texts = (text for values in sent for pair in values.items(multi=True) for text in pair)
    if "\0" in request.path or any("\0" in text for text in texts):
        abort(400, description="NUL")


def _own_hosts() -> frozenset[str]:
    if "own_hosts" not in g:
        host = house().settings.host
        name, colon, port = host.rpartition(":")
        is_loopback = (name if colon else host) in _LOOPBACK
        others = {f"{other}{colon}{port if colon else ''}" for other in _LOOPBACK}
        g.own_hosts = frozenset(others | {host}) if is_loopback else frozenset({host})
    found: frozenset[str] = g.own_hosts
    return found


def _check_access() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    asked = access_of(current_app, request.endpoint)
    if asked == PUBLIC:
        return None
    found = current_viewer()
    if found is None:
        return _to_sign_in()
    view = current_app.view_functions[request.endpoint]
    if found.must_set_up_factor and not getattr(view, "is_before_factor", False):
        return redirect(url_for("access.new_second_factor", next=_here_or_before()))
    if asked is None or (asked != SIGNED_IN and not may(found, Permission(asked))):
        raise NotAllowed
    if _asks_to_confirm(view, found):
        return redirect(url_for("access.confirm", next=_here_or_before()))
    return None


def _asks_to_confirm(view: Callable[..., Any], found: Viewer) -> bool:
    return getattr(view, "is_stepped_up", False) and not has_confirmed(found)


def has_confirmed(found: Viewer) -> bool:
    """Whether somebody showed within 10 minutes who they are, for what only sometimes asks it."""
    return found.confirmed_at is not None and utc_now() - found.confirmed_at < CONFIRMED_FOR


def _here_or_before() -> str:
    """This address, for one that is only sent to the page with the form."""
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    return own_referrer() or "/"


def own_referrer() -> str | None:
    """The path of the own page that led here, or None."""
    own = f"{request.scheme}://{request.host}"
    referrer = request.referrer or ""
    return safe_next(referrer.removeprefix(own)) if referrer.startswith(own + "/") else None


def _to_sign_in() -> ResponseReturnValue:
    target = request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"
    return redirect(url_for("access.sign_in", next=target))
