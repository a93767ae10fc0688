"""Every write around institutions and their people: one function per use case."""

from muster.institutions.rules.founding import found_institution
from muster.institutions.rules.people import PersonPlan, RoleGrant, add_person
from muster.institutions.rules.tokens import make_token, revoke_token, sign_in

__all__ = ["PersonPlan", "RoleGrant", "add_person", "found_institution", "make_token", "revoke_token", "sign_in"]
