"""Why the engine refuses. Each text is fit to be shown; all are `apps.core.errors.Refused`."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.core.errors import Refused


class ApprovalRefused(Refused):
    """The rules of the approval chain refuse this."""


class NoRoute(ApprovalRefused):
    def __init__(self):
        super().__init__(_("No approval route is published for this kind of document. Ask the administrator."))


class NoApprover(ApprovalRefused):
    def __init__(self, step):
        super().__init__(
            _("Nobody can be found to decide the step “%(step)s”. Ask the administrator to complete the route.")
            % {"step": step}
        )


class NoStepApplies(ApprovalRefused):
    def __init__(self):
        super().__init__(
            _("No step of the approval route applies to this paper, so nobody would decide it. Ask the administrator.")
        )


class NotRunning(ApprovalRefused):
    def __init__(self, state):
        super().__init__(_("This paper is not in approval (%(state)s).") % {"state": state})


class NotYourTurn(ApprovalRefused):
    status = 403

    def __init__(self):
        super().__init__(_("This paper is not waiting for your decision."))


class AlreadyDecided(ApprovalRefused):
    """Somebody was first: a colleague, or the same person with an earlier click (``person`` None)."""

    def __init__(self, person, verb):
        if person is None:
            super().__init__(_("You have already decided this (%(verb)s).") % {"verb": verb})
        else:
            text = _("Already decided: %(person)s was first (%(verb)s).")
            super().__init__(text % {"person": person, "verb": verb})


class ContentChanged(ApprovalRefused):
    def __init__(self):
        super().__init__(_("The paper has changed since you opened it. Read it again before you decide."))


class OpinionMissing(ApprovalRefused):
    """An approval without the written opinion its step asks for."""

    def __init__(self):
        text = _("This step needs your written opinion: say why you approve.")
        super().__init__(text, fields={"comment": [text]})


class FileMissing(ApprovalRefused):
    """An approval without the file its step asks for."""

    def __init__(self):
        text = _("This step needs a file with your approval.")
        super().__init__(text, fields={"attachments": [text]})


class SignatureMissing(ApprovalRefused):
    """An approval without the signature its step asks for."""

    def __init__(self):
        text = _("This step needs your signature: draw it, or choose a picture of it.")
        super().__init__(text, fields={"signature": [text]})


class OpinionAsked(ApprovalRefused):
    """A decision of somebody who was asked for an opinion, or the other way round."""

    status = 403

    def __init__(self):
        super().__init__(_("You are asked for your opinion; the decision stays with the one who asked you."))


class NotAsked(ApprovalRefused):
    status = 403

    def __init__(self):
        super().__init__(_("Nobody waits for your opinion on this paper."))


class ReasonMissing(ApprovalRefused):
    status = 422

    def __init__(self):
        super().__init__(_("Give a reason."), fields={"reason": [_("Give a reason.")]})


class UrgedAlready(ApprovalRefused):
    """A reminder within the hour; `again` is the moment from which another one goes out."""

    def __init__(self, again):
        text = _("They were reminded less than an hour ago; again from %(time)s.")
        super().__init__(text % {"time": localtime(again).strftime("%H:%M")})


class TooLate(ApprovalRefused):
    def __init__(self):
        super().__init__(_("Somebody has already decided. Ask them to return the paper instead."))


class ChoiceMissing(ApprovalRefused):
    """Nobody has been chosen to decide steps whose people are chosen; ``steps``: key → name."""

    status = 422

    def __init__(self, steps):
        texts = {key: _("Choose who decides the step “%(step)s”.") % {"step": name} for key, name in steps.items()}
        super().__init__(" ".join(texts.values()), fields={f"choice-{key}": [text] for key, text in texts.items()})
