from apps.approvals.models.definition import Route, RouteStep, RouteVersion
from apps.approvals.models.delegation import Delegation
from apps.approvals.models.run import Approval, Event, Step, Task

__all__ = ["Approval", "Delegation", "Event", "Route", "RouteStep", "RouteVersion", "Step", "Task"]
