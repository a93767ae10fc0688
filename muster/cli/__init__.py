"""The `muster` program.

A command is a file here with a click command named `command` in it, plus its line in COMMANDS. A file is imported only
when its command is called, after Django is set up, so files may import rules at the top and one broken command leaves
the others working. Commands that need the database say `cls=DatabaseCommand`.
"""

import os
from importlib import import_module
from importlib.util import find_spec

import click

# Name, in the order of the help, and what it does. The file has the same name, with "_" for "-".
COMMANDS = {
    "serve": "Serve web and background jobs. SIGTERM stops everything.",
    "create-admin": "Create an institution, if it doesn't exist, and its administrator.",
    "create-super-admin": "Create an administrator of the whole platform.",
    "demo": "Create a demo institution to try things out.",
    "generate": "Generate the data sets used for measurements.",
    "import": "Import a file into an institution.",
    "export": "Export an institution's data to a file.",
    "check": "Check the stored data against the rules.",
    "backup": "Back up database and files into one archive.",
    "restore": "Restore database and files from an archive.",
    "retention": "Erase what is kept no longer; --dry-run says what that is.",
    "rotate-badge-keys": "Sign Open Badges with a new key from now on.",
    "rotate-file-keys": "Encrypt all uploaded files with a new key.",
    "doctor": "Show what is set up, what is missing and how to fix it.",
    "migrate": "Update the database and the collected static files.",
    "worker": "Run background jobs only.",
    "web": "Serve the web only.",
}
# These look at what may be broken, or start others, and set Django up themselves.
WITHOUT_DJANGO = {"serve", "doctor", "web"}


class Muster(click.Group):
    """The group of all commands whose file is there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(_module(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name not in WITHOUT_DJANGO:
            set_up_django()
        command: click.Command = import_module(_module(cmd_name)).command
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # From the table: importing every command for the sake of its first line would take seconds.
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def set_up_django() -> None:
    """Load the settings and the apps; touches no database. Raises whatever is wrong with them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import_module("django").setup()


@click.group(cls=Muster, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Muster runs the day of a training institution.

    Settings come from the environment; docs/operations.md lists them.
    """


def _module(name: str) -> str:
    # "import" is a word of Python and cannot name a file that others import.
    return f"{__name__}.{ {'import': 'import_file'}.get(name, name.replace('-', '_')) }"
