"""Who may raise, sign, supplement and end contracts, beside the rules every document has.

Whoever raised a contract, the head of its department, and holders of the right record its signature.
"""

from django.utils.translation import gettext as _

from apps.business.contracts.models import AgencyContract, ContractSupplement
from apps.documents.permissions import YES, Access, Answer, never, no, rule
from apps.documents.visibility import headed_by

RAISE = "business.add_agencycontract"
SUPPLEMENT = "business.add_contractsupplement"
SIGN = "business.sign_agencycontract"
VIEW_ALL = "business.view_all_agencycontract"
VIEW_ALL_SUPPLEMENTS = "business.view_all_contractsupplement"

_READS_ALL = {VIEW_ALL, VIEW_ALL_SUPPLEMENTS}

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "business_staff": {RAISE, SUPPLEMENT},
    "business_manager": {RAISE, SUPPLEMENT, SIGN},
    "executive": {SIGN, *_READS_ALL},
    "finance_reviewer": _READS_ALL,
    "finance_director": _READS_ALL,
    "service_staff": _READS_ALL,
    "auditor": _READS_ALL,
}

Phase = AgencyContract.Phase


def works_with_contracts(user) -> bool:
    """Whether the register is worth a place in this person's navigation."""
    return user.has_perm(RAISE) or user.has_perm(VIEW_ALL)


@rule("create", kind=AgencyContract.KIND)
def create(access: Access) -> Answer:
    """Business raises contracts, each from an intake the person sees (clause 3.1.5)."""
    if not access.user.holds(RAISE):
        return no(_("Only business staff and business managers raise contracts."))
    if access.document.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    return YES


@rule("create", kind=ContractSupplement.KIND)
def create_supplement(access: Access) -> Answer:
    """Business raises supplements, each to a contract the person sees."""
    if not access.user.holds(SUPPLEMENT):
        return no(_("Only business staff and business managers supplement contracts."))
    if access.document.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    return YES


@rule("sign", kind=AgencyContract.KIND)
def sign(access: Access) -> Answer:
    """Approved and not signed yet; by the applicant, the head of the department, or holders of the right."""
    contract = access.document.specific
    if contract.state != AgencyContract.State.APPROVED:
        return never(_("Only an approved contract is signed."))
    if contract.phase != Phase.UNSIGNED:
        return never(_("It was signed on %(day)s.") % {"day": contract.signed_on})
    if _is_in_charge(access) or access.user.holds(SIGN):
        return YES
    return never(_("The applicant or the head of the department records the signature."))


@rule("keep_original", kind=AgencyContract.KIND)
def keep_original(access: Access) -> Answer:
    """The scan may follow the signature."""
    contract = access.document.specific
    if contract.phase == Phase.UNSIGNED:
        return never(_("It is not signed yet."))
    if contract.original_id:
        return never(_("The scanned original is kept already."))
    if _is_in_charge(access) or access.user.holds(SIGN):
        return YES
    return never(_("The applicant or the head of the department keeps the original."))


@rule("supplement", kind=AgencyContract.KIND)
def supplement(access: Access) -> Answer:
    """A contract in force may be supplemented by Business."""
    contract = access.document.specific
    if not access.user.holds(SUPPLEMENT):
        return never(_("Only business staff and business managers supplement contracts."))
    return _in_force(contract)


@rule("complete", kind=AgencyContract.KIND)
def complete(access: Access) -> Answer:
    """Everything is done and settled."""
    contract = access.document.specific
    if not (_is_in_charge(access) or access.user.holds(SIGN)):
        return never(_("The applicant or the head of the department ends a contract."))
    return _can_end(contract)


@rule("terminate", kind=AgencyContract.KIND)
def terminate(access: Access) -> Answer:
    """The head of the department, or holders of the right, end a contract before it is fulfilled."""
    contract = access.document.specific
    if contract.department_id not in headed_by(access.user) and not access.user.holds(SIGN):
        return never(_("The head of the department terminates a contract."))
    return _can_end(contract)


def _is_in_charge(access: Access) -> bool:
    return access.is_applicant or access.document.department_id in headed_by(access.user)


def _in_force(contract: AgencyContract) -> Answer:
    return YES if contract.phase == Phase.IN_FORCE else never(_("This contract is not in force."))


def _can_end(contract: AgencyContract) -> Answer:
    if contract.phase == Phase.IN_FORCE and contract.settling:
        return no(_("A settlement of this contract is in approval; let it be decided first."))
    return _in_force(contract)
