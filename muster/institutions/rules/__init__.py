"""Every write around institutions and their people: one function per use case."""

from muster.institutions.rules.founding import found_first_institution, found_institution, make_super_admin
from muster.institutions.rules.people import (
    add_person,
    change_person,
    deactivate_person,
    end_sign_ins_here,
    invite_again,
    roles_changed,
)
from muster.institutions.rules.person_input import AS_IT_IS, PersonChange, PersonInput, RoleGrant
from muster.institutions.rules.pictures import change_picture
from muster.institutions.rules.tokens import (
    LASTS,
    ask_for_email,
    end_own_sign_ins,
    make_token,
    note_sign_in,
    prove_again,
    revoke_token,
    sign_in,
    start_in,
    take_email,
)
