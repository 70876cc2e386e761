from apps.approvals.models.definition import Route, RouteStep, RouteVersion
from apps.approvals.models.delegation import Delegation
from apps.approvals.models.run import Approval, Event, Step, Task
from apps.approvals.models.waiting import Gathered, PersonWaits, ReturnedFor, StepWaits

__all__ = [
    "Approval",
    "Delegation",
    "Event",
    "Gathered",
    "PersonWaits",
    "ReturnedFor",
    "Route",
    "RouteStep",
    "RouteVersion",
    "Step",
    "StepWaits",
    "Task",
]
