"""`muster retention`"""

import click

from muster.cli.base import DatabaseCommand
from muster.institutions.access import Actor
from muster.institutions.models import Institution
from muster.privacy.queries import retention_preview
from muster.privacy.rules import run_retention


@click.command(cls=DatabaseCommand)
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and erase nothing.")
@click.option("--institution", "slug", default="", help="The short name of one institution; all, if not given.")
def command(dry_run: bool, slug: str) -> None:
    """Erase what the institutions' retention periods no longer keep, as the job does each night."""
    places = Institution.objects.filter(slug=slug) if slug else Institution.objects.all()
    if slug and not places:
        raise click.ClickException(f"No institution has the short name {slug}.")
    for place in places:
        by = Actor.system(place)
        if dry_run:
            told = {one.kind: one.total for one in retention_preview(by) if one.days is not None}
        else:
            told = dict(run_retention(by=by))
        words = ", ".join(f"{kind} {count}" for kind, count in told.items()) or "no periods set"
        click.echo(f"{place.name}: {'would erase: ' if dry_run else 'erased: '}{words}")
