"""What the use cases of institutions and people are called in histories."""

from django.utils.translation import gettext_lazy as _

from muster.core.audit import name_use_cases

name_use_cases(
    {
        "found_institution": _("set up the institution"),
        "make_super_admin": _("made a platform administrator"),
        "change_institution": _("changed the settings"),
        "change_logo": _("changed the logo"),
        "change_photo": _("changed the photo"),
        "add_person": _("added a person"),
        "change_person": _("changed a person"),
        "deactivate_person": _("deactivated a person"),
        "reactivate_person": _("reactivated a person"),
        "end_sign_ins": _("ended the sign-ins"),
        "make_token": _("created an API token"),
        "revoke_token": _("revoked an API token"),
        "sign_in": _("signed in to the API"),
        "sign_out": _("signed out of the API"),
    }
)
