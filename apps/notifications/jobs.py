"""What notifications have done in the background."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Job, chore
from apps.notifications import mailer, services
from apps.notifications.chat import outbox

DAYS_KEPT = 365


@chore(services.SEND_MAILS, every=timedelta(minutes=5), title=_("Send e-mails and chat messages"))
def send_messages() -> None:
    """Woken after each commit that notified somebody; comes round for messages that are to be tried again."""
    for put_away in services.before_sending:
        put_away()
    outbox.announce()
    outbox.send_due()
    mailer.send_due()


@chore("notifications.forget", every=timedelta(days=1), title=_("Forget notifications read long ago"))
def forget_read() -> None:
    """Read notifications are kept for a year."""
    services.forget(read_before=timezone.now() - timedelta(days=DAYS_KEPT))


def tell_requester(job: Job) -> None:
    """Point the person who asked for background work to its result; in the program only, they are here anyway."""
    done = job.state == Job.State.DONE
    services.notify(
        to=[job.requested_by],
        title=_("Ready: %(title)s") if done else _("Failed: %(title)s"),
        params={"title": job.title},
        url=job.get_absolute_url(),
        key=f"job-{job.pk}-{job.finished_at:%Y%m%d%H%M%S%f}",
        mail=False,
    )
