"""What notifications have done in the background."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Job, chore
from apps.notifications import mailer, services

DAYS_KEPT = 365


@chore(services.SEND_MAILS, every=timedelta(minutes=5), title=_("Send e-mails"))
def send_mails() -> None:
    """Woken after each commit that notified somebody; comes round for mails that are to be tried again."""
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
