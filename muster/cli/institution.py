"""The institution that a command names."""

import click

from muster.institutions.models import Institution


def institution_named(slug: str) -> Institution:
    """The institution of this short name. Raises ClickException naming those that exist."""
    institution = Institution.objects.filter(slug=slug).first()
    if institution is None:
        known = ", ".join(Institution.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise click.ClickException(f"The institution {slug!r} doesn't exist. Existing institutions: {known or 'none'}.")
    return institution
