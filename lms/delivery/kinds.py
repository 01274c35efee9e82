"""The one table of mail kinds: who checks them again, who takes them back, how they are filled.

A kind's templates are templates/emails/<kind>/{subject.txt,body.txt,body.html}.
"""

from lms.delivery.digests import digest_context
from lms.delivery.operations import Kind, Kinds
from lms.reminders import operations as reminders

KINDS: Kinds = {
    "digest": Kind(check=reminders.recheck, reopen=reminders.reopen, context=digest_context),
}
