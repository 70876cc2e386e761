"""Every change of an engagement, its team, its reports and its file."""

from apps.business.engagements.services.beginning import begin, save_engagement
from apps.business.engagements.services.dossier import (
    add_entry,
    missing_documents,
    receive,
    remove_entry,
    remove_file,
    unwaive,
    waive,
)
from apps.business.engagements.services.owners import hand_over, merge_clients
from apps.business.engagements.services.papers import open_to_team
from apps.business.engagements.services.phases import (
    begin_settling,
    close,
    deliver,
    end_with_contract,
    resume,
    start_planning,
    start_work,
    suspend,
    terminate,
)
from apps.business.engagements.services.reminders import remind_of_reports
from apps.business.engagements.services.reports import (
    delete_report,
    next_period,
    recipients_of,
    record_answer,
    save_report,
    send_report,
)
from apps.business.engagements.services.rows import EngagementError
from apps.business.engagements.services.team import add_member, change_duty, change_manager, end_membership

__all__ = [
    "EngagementError",
    "add_entry",
    "add_member",
    "begin",
    "begin_settling",
    "change_duty",
    "change_manager",
    "close",
    "delete_report",
    "deliver",
    "end_membership",
    "end_with_contract",
    "hand_over",
    "merge_clients",
    "missing_documents",
    "next_period",
    "open_to_team",
    "receive",
    "recipients_of",
    "record_answer",
    "remind_of_reports",
    "remove_entry",
    "remove_file",
    "resume",
    "save_engagement",
    "save_report",
    "send_report",
    "start_planning",
    "start_work",
    "suspend",
    "terminate",
    "unwaive",
    "waive",
]
